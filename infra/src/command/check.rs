//! Says what is wrong with a template: Parlor's own, or any that is given as a file of JSON.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;
use std::{env, fs};

use cfn::Problem;
use cfn::check;

pub(crate) const HELP: &str = "\
Says what AWS would refuse in a template, or is known to fail on, and what to do about it.

  infra check                  Parlor's own template, with the source line that made each resource
  infra check FILE…            any templates, as JSON
  … | infra check -            the one that is piped in

It tells from the template alone: no account, no network. What only the deployment knows (parameters, exports
of other stacks) is not guessed at.

Some findings are judgements: Public, Unencrypted, LogsForever, NotRetained, Wildcard. A reason settles one, in
the resource's metadata; for Wildcard, a `Sid` of the statement does it too:

  \"Metadata\": { \"Accepted\": { \"NotRetained\": \"A cache, filled again within a minute.\" } }

Examples:

  cargo run -p infra -- check
  cargo run -p infra -- check template.json packaged.json
  aws cloudformation get-template --stack-name parlor --query TemplateBody | cargo run -p infra -- check -

Exit code: 0 if nothing is wrong (notes may be printed), 1 if something is, 2 if a file cannot be read.
";

/// Checks the files, or Parlor's own template if there are none.
pub(crate) fn run(files: &[&str]) -> ExitCode {
    if files.is_empty() {
        return report(None, &check::template(&infra::template()));
    }
    let mut code = ExitCode::SUCCESS;
    for file in files {
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
    code
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
    let is_colored = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
    let paint = |color: &str, text: &str| {
        if is_colored { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    };
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let mut text = String::new();
    for problem in problems {
        let level = if problem.is_error() { paint("1;31", "error") } else { paint("1;36", "note") };
        // A template of someone else's could hold what steers a terminal.
        let problem = problem.to_string().replace(char::is_control, "\u{fffd}");
        text.push_str(&format!("{level} {problem}\n"));
    }
    let name = file.map_or(String::new(), |file| format!("{file}: "));
    let summary = match errors {
        0 => paint("32", "nothing is wrong"),
        1 => paint("31", "1 error"),
        some => paint("31", &format!("{some} errors")),
    };
    text.push_str(&format!("{name}{summary}\n"));
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) if errors == 0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
