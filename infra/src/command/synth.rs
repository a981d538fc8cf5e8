//! Prints the template, once nothing is wrong with it.

use std::process::ExitCode;

use super::help;

pub(crate) fn run() -> ExitCode {
    let template = infra::template();
    if let Err(problems) = template.check() {
        problems.iter().for_each(|problem| eprintln!("{problem}"));
        return ExitCode::FAILURE;
    }
    help::print(&template.to_text())
}
