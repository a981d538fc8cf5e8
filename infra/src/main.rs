//! `cargo run -p infra` prints the template as JSON to stdout, and nothing else.

use std::io::{self, Write as _};
use std::process::ExitCode;

const HELP: &str = "\
Prints Parlor's CloudFormation template as JSON.

  cargo run -p infra > template.json

Then build the functions, upload them, and deploy:

  cargo lambda build --release --arm64 --output-format zip
  aws cloudformation package --template-file template.json --s3-bucket BUCKET \\
      --use-json --output-template-file packaged.json
  aws cloudformation deploy --template-file packaged.json --s3-bucket BUCKET \\
      --stack-name parlor --capabilities CAPABILITY_IAM

Parameters, each as NAME=VALUE after --parameter-overrides: see \"Parameters\" in the template.
";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None => print_template(),
        Some("-h" | "--help") => print(HELP),
        Some(other) => {
            eprintln!("infra takes no `{other}`; `cargo run -p infra -- --help` says what it does.");
            ExitCode::from(2)
        }
    }
}

fn print_template() -> ExitCode {
    let template = infra::template();
    if let Err(problems) = template.check() {
        problems.iter().for_each(|problem| eprintln!("{problem}"));
        return ExitCode::FAILURE;
    }
    print(&template.to_text())
}

/// Whoever reads may stop early (`| head`), which is no failure of ours to report.
fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
