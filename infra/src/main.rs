//! `cargo run -p infra` prints the template as JSON to stdout, and nothing else; its verbs do the rest.

mod command;

use std::env;
use std::process::ExitCode;

use command::{check, config, help, synth};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        [] => synth::run(),
        ["-h" | "--help" | "help"] => help::print(help::ALL),
        ["check", "-h" | "--help"] => help::print(check::HELP),
        ["config"] => config::run(),
        ["config", "-h" | "--help"] => help::print(config::HELP),
        ["check", files @ ..] if files.iter().all(|file| *file == "-" || !file.starts_with('-')) => {
            check::run(files)
        }
        [verb, ..] => {
            eprintln!("infra takes no `{verb}` so; `cargo run -p infra -- --help` says what it does.");
            ExitCode::from(2)
        }
    }
}
