//! What the command line says of itself.

use std::io::{self, Write as _};
use std::process::ExitCode;

pub(crate) const ALL: &str = "\
Prints Parlor's CloudFormation template as JSON.

  cargo run -p infra > template.json

Then build the functions, upload them, and deploy:

  cargo lambda build --release --arm64 --output-format zip
  aws cloudformation package --template-file template.json --s3-bucket BUCKET \\
      --use-json --output-template-file packaged.json
  aws cloudformation deploy --template-file packaged.json --s3-bucket BUCKET \\
      --stack-name parlor --capabilities CAPABILITY_IAM

Parameters, each as NAME=VALUE after --parameter-overrides: see \"Parameters\" in the template.

Verbs, each with its own --help:

  check [FILE…]   what AWS would refuse, in this template or in any other
  config          a front end's config.json, from the description of a deployed stack
";

/// Whoever reads may stop early (`| head`), which is no failure of ours to report.
pub(crate) fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
