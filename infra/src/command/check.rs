//! Says what is wrong with a template: Parlor's own, or any that is given as a file of JSON.

use std::fs;
use std::io::{self, Read as _};
use std::process::ExitCode;

use cfn::Problem;
use cfn::check;

use super::failure::Failure;
use super::{source, terminal};

const NOTES: &str = "\
It tells from the template alone: no account, no network. What only the deployment knows (parameters, exports
of other stacks) is not guessed at.

Some findings are judgements: Public, Unencrypted, LogsForever, NotRetained, Wildcard. A reason settles one, in
the resource's metadata; for Wildcard, a `Sid` of the statement does it too:

  \"Metadata\": { \"Accepted\": { \"NotRetained\": \"A cache, filled again within a minute.\" } }

Examples:

  cargo run -p infra -- check
  cargo run -p infra -- check template.json packaged.json
  aws cloudformation get-template --stack-name parlor --query TemplateBody | cargo run -p infra -- check -

Exit code: 0 if nothing is wrong (notes may be printed), 1 if something is, 2 if a file cannot be read.";

#[derive(clap::Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    /// Templates as JSON, `-` for the one that is piped in; none: Parlor's own, with the source line that made
    /// each resource
    files: Vec<String>,
}

/// Checks the files, or Parlor's own template if there are none.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if arguments.files.is_empty() {
        return Ok(report(None, &check::template(&infra::template_of(&source::build()?))));
    }
    let mut code = ExitCode::SUCCESS;
    for file in &arguments.files {
        let read =
            read(file).and_then(|text| check::text(&text).map_err(|error| format!("it is no JSON: {error}")));
        match read {
            Ok(problems) => {
                if problems.iter().any(Problem::is_error) && code == ExitCode::SUCCESS {
                    code = ExitCode::FAILURE;
                }
                report(Some(file), &problems);
            }
            Err(error) => {
                eprintln!("{file}: {error}");
                code = ExitCode::from(2);
            }
        }
    }
    Ok(code)
}

fn read(file: &str) -> Result<String, String> {
    let mut text = String::new();
    let read = match file {
        "-" => io::stdin().read_to_string(&mut text),
        path => fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)),
    };
    read.map(|_| text).map_err(|error| format!("it cannot be read: {error}"))
}

fn report(file: Option<&str>, problems: &[Problem]) -> ExitCode {
    let paint = terminal::out();
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let mut text = String::new();
    for problem in problems {
        let level = if problem.is_error() { paint.red("error") } else { paint.cyan("note") };
        // A template of someone else's could hold what steers a terminal.
        let problem = terminal::safe_line(&problem.to_string());
        text.push_str(&format!("{level} {problem}\n"));
    }
    let name = file.map_or(String::new(), |file| format!("{file}: "));
    let summary = match errors {
        0 => paint.green("nothing is wrong"),
        1 => paint.red("1 error"),
        some => paint.red(&format!("{some} errors")),
    };
    text.push_str(&format!("{name}{summary}\n"));
    let printed = terminal::print(&text);
    if errors == 0 { printed } else { ExitCode::FAILURE }
}
