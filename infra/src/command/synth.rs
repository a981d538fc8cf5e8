//! Prints the template, once nothing is wrong with it.

use std::path::PathBuf;
use std::process::ExitCode;

use super::failure::Failure;
use super::{source, split, terminal};

const EXAMPLES: &str = "\
Examples:

  cargo run -p infra -- synth > template.json
  cargo run -p infra -- synth -o template.json     the file is left alone if something is wrong
  cargo run -p infra -- synth --split -o target/split
  cargo run -p infra -- deploy --template target/split/template.json --bucket BUCKET

Exit code: 0 printed, 1 something is wrong with the template (see `check`), 2 the file cannot be written.";

#[derive(clap::Args, Default)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Write it here instead of to stdout
    #[arg(short, long, value_name = "FILE|FOLDER")]
    output: Option<PathBuf>,
    /// Write nested stacks, a file for each part, into the folder that -o names; template.json is deployed
    #[arg(long, requires = "output")]
    split: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let build = source::build()?;
    let template = infra::template_of(&build);
    if let Err(problems) = template.check() {
        problems.iter().for_each(|problem| eprintln!("{problem}"));
        return Ok(ExitCode::FAILURE);
    }
    let missing: Vec<String> =
        build.missing(&template).into_iter().map(|package| package.to_string()).collect();
    if !missing.is_empty() {
        eprintln!(
            "note: {} not built, so no version follows the code of these functions; before a deployment build them \
             (cargo lambda build --release --arm64 --output-format zip), then the template",
            missing.join(", ")
        );
    }
    match &arguments.output {
        Some(folder) if arguments.split => {
            // What is wrong with a piece is wrong with the template.
            let files = split::write(folder, &template).map_err(Failure::refused)?;
            files.iter().for_each(|file| eprintln!("{}", file.display()));
            Ok(ExitCode::SUCCESS)
        }
        None => Ok(terminal::print(&template.to_text())),
        Some(file) => source::write(file, &template.to_text()).map(|()| ExitCode::SUCCESS),
    }
}
