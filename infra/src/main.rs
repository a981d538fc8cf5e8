//! `cargo run -p infra` prints the template as JSON to stdout, and nothing else; its verbs do the rest.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
