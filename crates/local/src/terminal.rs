//! What is told to whoever started it. Should nobody read any more (`| head`, a terminal that was closed), the server
//! serves on, where `println!` would end it.

use std::fmt::Display;
use std::io::{Write as _, stderr, stdout};

/// A line on standard output.
pub fn say(text: impl Display) {
    let _ = writeln!(stdout(), "{text}");
}

/// A line on standard error, among the log's.
pub fn note(text: impl Display) {
    let _ = writeln!(stderr(), "{text}");
}
