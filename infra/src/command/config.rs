//! Makes a front end's `config.json` from a deployed stack's outputs.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value as Json;

use super::failure::Failure;
use super::{source, stack, terminal};

const EXAMPLES: &str = "\
It reads the description of a deployed stack from stdin. (`deploy` and `outputs --config FILE` ask AWS.)

Example:

  aws cloudformation describe-stacks --stack-name parlor | cargo run -p infra -- config > config.json

Exit code: 0 printed, 1 the stack is none of ours, 2 stdin is not what it should be.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {}

/// Reads `describe-stacks` from stdin and prints the configuration.
pub(crate) fn run(_: &Arguments) -> Result<ExitCode, Failure> {
    if terminal::has_someone() {
        return Err(format!("nothing is piped in.\n\n{EXAMPLES}").into());
    }
    let stacks: Json = serde_json::from_reader(io::stdin())
        .map_err(|error| format!("stdin is not the JSON of `aws cloudformation describe-stacks`: {error}"))?;
    Ok(terminal::print(&of(&stack::outputs(&stacks))?))
}

/// The configuration as text.
pub(crate) fn of(outputs: &BTreeMap<String, String>) -> Result<String, Failure> {
    let config =
        infra::front_end_config(outputs, None).map_err(|missing| Failure::refused(missing.to_string()))?;
    Ok(format!("{config:#}\n"))
}

/// Writes the configuration of a stack with these outputs into a file.
pub(crate) fn write(outputs: &BTreeMap<String, String>, file: &Path) -> Result<(), Failure> {
    source::write(file, &of(outputs)?)
}
