//! What a deployed stack tells of itself.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::failure::Failure;
use super::stack::Which;
use super::{config, terminal};

const EXAMPLES: &str = "\
Examples:

  cargo run -p infra -- outputs
  cargo run -p infra -- outputs --stack-name parlor-production --json
  cargo run -p infra -- outputs --config web/public/config.json

Exit code: 0 printed, 1 the stack is none of Parlor's (with --config), 2 there is no such stack, or AWS was not reached.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Print an object of names and values
    #[arg(long)]
    json: bool,
    /// Write the front end's configuration into this file, too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let stack = arguments.which.get()?;
    if let Some(file) = &arguments.config {
        config::write(&stack.outputs, file)?;
    }
    if arguments.json {
        return Ok(terminal::print(&format!("{:#}\n", json!(stack.outputs))));
    }
    if stack.outputs.is_empty() {
        eprintln!("`{}` has no outputs; it is in the state {}.", arguments.which.stack_name, stack.status);
    }
    Ok(terminal::print(&text(&stack.outputs)))
}

/// Names and values, in columns.
pub(crate) fn text(outputs: &BTreeMap<String, String>) -> String {
    let rows: Vec<Vec<String>> = outputs
        .iter()
        .map(|(name, value)| vec![terminal::safe_line(name), terminal::safe_line(value)])
        .collect();
    terminal::table(&rows)
}
