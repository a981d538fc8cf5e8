//! What a check has to say: problems, notes, and the judgements that a recorded reason settles.

use std::fmt;
use std::panic::Location;

use serde_json::Value as Json;

use super::view::{Resource, View};

/// Something about a template: what it is about, where that was added, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it has to be dealt with.
    pub level: Level,
    /// The logical id, or the section, that it is about.
    pub about: String,
    /// The source line that added it; unknown for a template that was read from a file.
    pub at: Option<&'static Location<'static>>,
    /// What is wrong, with the value, and what to do.
    pub text: String,
}

/// Whether something has to be dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// AWS refuses it, or it does harm.
    Error,
    /// Worth knowing; nothing has to be done.
    Note,
}

/// What is right or wrong by judgement, not by a rule of AWS: a reason, recorded in the resource's metadata with
/// [`accept`](crate::Attributes::accept), settles it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Data that anyone may read.
    Public,
    /// Data that is stored as it is.
    Unencrypted,
    /// Logs that are kept, and paid for, for ever.
    LogsForever,
    /// Data that is lost with its stack.
    NotRetained,
    /// Data that cannot be had back once it is overwritten or deleted.
    NotRestorable,
    /// Data that may travel unencrypted.
    PlainHttp,
    /// Logs that tell of tokens and of what people write.
    VerboseLogs,
    /// Sign-in that is easier to break than it has to be.
    WeakSignIn,
    /// A permission for everything.
    Wildcard,
}

impl Judgement {
    /// Its name in the metadata, under the key `Accepted`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "Public",
            Self::Unencrypted => "Unencrypted",
            Self::LogsForever => "LogsForever",
            Self::NotRetained => "NotRetained",
            Self::NotRestorable => "NotRestorable",
            Self::PlainHttp => "PlainHttp",
            Self::VerboseLogs => "VerboseLogs",
            Self::WeakSignIn => "WeakSignIn",
            Self::Wildcard => "Wildcard",
        }
    }
}

impl Problem {
    /// Whether it has to be dealt with.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    pub(super) fn error(about: &str, text: String) -> Self {
        Self { level: Level::Error, about: about.to_owned(), at: None, text }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.text)?;
        match self.at {
            Some(at) => write!(f, " ({}:{})", at.file(), at.line()),
            None => Ok(()),
        }
    }
}

/// What the checks have found so far.
pub(super) struct Findings<'a> {
    view: &'a View<'a>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(view: &'a View<'a>) -> Self {
        Self { view, problems: Vec::new() }
    }

    pub(super) fn error(&mut self, about: &str, text: impl Into<String>) {
        self.problems.push(Problem::error(about, text.into()));
    }

    pub(super) fn note(&mut self, about: &str, text: impl Into<String>) {
        self.problems.push(Problem { level: Level::Note, ..Problem::error(about, text.into()) });
    }

    /// An error, unless the resource's metadata says why it is right.
    pub(super) fn judge(&mut self, about: Resource<'_>, judgement: Judgement, text: impl Into<String>) {
        let name = judgement.name();
        let accepted = &about.json["Metadata"]["Accepted"][name];
        if accepted.as_str().is_some_and(|reason| !reason.trim().is_empty()) {
            return;
        }
        let text = text.into();
        self.error(about.id, format!("{text}, or say in its metadata why not: `Accepted: {{ {name}: … }}`"));
    }

    /// Whether one of the first errors, this many, names the resource's property at this path.
    #[cfg(feature = "specification")]
    pub(super) fn names(&self, about: &str, path: &str, first: usize) -> bool {
        let last = path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(path);
        let names = [format!("`{path}`"), format!("`{last}`"), format!(".{last}`")];
        let mut errors =
            self.problems[..first].iter().filter(|problem| problem.about == about && problem.is_error());
        errors.any(|problem| names.iter().any(|name| problem.text.contains(name)))
    }

    /// Reports a literal that is not a whole number within the range; intrinsics are left alone.
    pub(super) fn range(&mut self, about: Resource<'_>, path: &str, range: std::ops::RangeInclusive<i64>) {
        for value in self.view.values(about, path) {
            let number = match value {
                Json::Number(number) => number.as_i64(),
                Json::String(text) => text.trim().parse().ok(),
                _ => continue,
            };
            if number.is_none_or(|number| !range.contains(&number)) {
                let (from, to) = (range.start(), range.end());
                self.error(
                    about.id,
                    format!("`{path}` is {}: give a whole number from {from} to {to}", quoted(value)),
                );
            }
        }
    }
}

/// A value inside a sentence, shortened.
pub(super) fn quoted(value: &Json) -> String {
    let text = match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
