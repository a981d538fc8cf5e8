//! Uploads the local files that a template names, and writes the template that names the uploads.

mod artifacts;
mod bucket;
mod build;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value as Json;

use super::aws::Account;
use super::failure::Failure;
use super::source::{self, Choice, Source};
use super::terminal;
pub(crate) use artifacts::compare_code;

const EXAMPLES: &str = "\
Files go under their SHA-256: what is in the bucket already is not sent again, and nothing is overwritten.
`aws cloudformation package` does the same with names of its own.

Examples:

  cargo run -p infra -- package --bucket BUCKET
  cargo run -p infra -- package --bucket BUCKET --no-build -o out.json
  aws cloudformation deploy --template-file packaged.json --s3-bucket BUCKET --stack-name parlor \\
      --capabilities CAPABILITY_IAM

Exit code: 0 written, 1 something is wrong with the template, 2 it could not be built, uploaded or written.";

/// How the functions are built and where their code goes.
#[derive(clap::Args)]
pub(crate) struct Upload {
    /// The bucket for the functions' code
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,
    /// Make the bucket if it is not there
    #[arg(long)]
    create_bucket: bool,
    /// Take the zips that are there (target/lambda), and do not build them
    #[arg(long)]
    no_build: bool,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    upload: Upload,
    #[command(flatten)]
    account: Account,
    /// What the functions are built for: arm64 or x86_64
    #[arg(long, value_name = "NAME", default_value = "arm64")]
    architecture: String,
    /// Where the template goes
    #[arg(short, long, value_name = "FILE", default_value = "packaged.json")]
    output: PathBuf,
}

/// A template that AWS can take.
pub(crate) struct Packaged {
    pub(crate) json: Json,
    /// Where a template goes that is too long to be sent.
    pub(crate) bucket: Option<bucket::Bucket>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (choice, account) = (&arguments.choice, &arguments.account);
    let (_, packaged) = arguments.upload.package(choice, &arguments.architecture, account)?;
    source::write(&arguments.output, &format!("{:#}\n", packaged.json))?;
    eprintln!("{} is written.", arguments.output.display());
    Ok(ExitCode::SUCCESS)
}

impl Upload {
    /// Builds what has to be, uploads it, and puts the uploads' addresses into the template.
    pub(crate) fn package(
        &self,
        choice: &Choice,
        architecture: &str,
        account: &Account,
    ) -> Result<(Source, Packaged), Failure> {
        let names_files = artifacts::names_files(&choice.load()?.json);
        let bucket = match &self.bucket {
            Some(name) => Some(bucket::Bucket::open(name, account, self.create_bucket)?),
            None if names_files => {
                return Err("the functions' code goes through S3: name a bucket of yours with --bucket \
                            (and --create-bucket if it is not there yet)"
                    .into());
            }
            None => None,
        };
        if choice.is_ours() && !self.no_build {
            build::functions(architecture)?;
        }
        // Anew, as it follows the code: versions are published of what was built just now.
        let source = choice.load()?;
        let mut json = source.json.clone();
        if let Some(bucket) = &bucket {
            artifacts::upload(&mut json, &source.folder, bucket)?;
        }
        Ok((source, Packaged { json, bucket }))
    }
}

/// The name under which a file's contents lie in the bucket.
fn key(contents: &[u8], file: &Path) -> String {
    use sha2::Digest as _;
    use std::fmt::Write as _;

    let mut name = String::new();
    for byte in sha2::Sha256::digest(contents) {
        let _ = write!(name, "{byte:02x}");
    }
    match file.extension() {
        Some(extension) => format!("{name}.{}", extension.to_string_lossy()),
        None => name,
    }
}

/// Tells what is being done, on stderr: stdout is for what can be piped on.
fn tell(text: &str) {
    eprintln!("{}", terminal::safe(text));
}
