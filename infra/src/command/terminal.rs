//! What is written to a terminal, or to whatever stands in its place.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use super::failure::Failure;

/// Colours, where they are seen.
#[derive(Clone, Copy)]
pub(crate) struct Paint {
    is_colored: bool,
}

/// For what goes to stdout.
pub(crate) fn out() -> Paint {
    Paint { is_colored: io::stdout().is_terminal() && allows_colors() }
}

/// For what goes to stderr.
pub(crate) fn err() -> Paint {
    Paint { is_colored: io::stderr().is_terminal() && allows_colors() }
}

fn allows_colors() -> bool {
    env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

impl Paint {
    pub(crate) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    pub(crate) fn cyan(self, text: &str) -> String {
        self.paint("1;36", text)
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, color: &str, text: &str) -> String {
        if self.is_colored { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Text of someone else's (a template, an answer of AWS), without what could steer a terminal.
pub(crate) fn safe(text: &str) -> String {
    text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

/// The same in one line.
pub(crate) fn safe_line(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// Whoever reads may stop early (`| head`), which is no failure of ours to report.
pub(crate) fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Whether someone is there to be asked.
pub(crate) fn has_someone() -> bool {
    io::stdin().is_terminal()
}

/// The answer to a question.
pub(crate) fn ask(question: &str) -> Result<String, Failure> {
    eprint!("{question} ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| format!("there is no answer: {error}"))?;
    Ok(answer.trim().to_owned())
}

/// Whether the answer is yes.
pub(crate) fn agrees(question: &str) -> Result<bool, Failure> {
    Ok(matches!(ask(&format!("{question} [y/N]"))?.to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Columns as wide as their widest entry; the last is left as it is.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            if column + 1 == row.len() {
                line.push_str(cell);
            } else {
                line.push_str(&format!("{cell:<0$}  ", width(column).unwrap_or(0)));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
