//! The specification's patterns, which are ECMAScript's, as expressions that match in linear time.
//!
//! Whatever matches the pattern matches the expression; the opposite need not be true: what looks ahead or behind
//! is left out, and a class of Unicode's takes every letter beyond ASCII.

use std::iter::Peekable;
use std::str::Chars;
use std::sync::OnceLock;

use regex_lite::Regex;

/// A pattern, read when it is first asked.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    expression: OnceLock<Option<Regex>>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), expression: OnceLock::new() }
    }

    /// Whether the text matches; so does any where the pattern cannot be read.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let expression = self.expression.get_or_init(|| read(&self.text));
        expression.as_ref().is_none_or(|expression| expression.is_match(text))
    }
}

/// The expression; `None` for a pattern that cannot be read.
pub(super) fn read(pattern: &str) -> Option<Regex> {
    Regex::new(&translated(pattern)?).ok()
}

fn translated(pattern: &str) -> Option<String> {
    let mut letters = pattern.chars().peekable();
    let mut text = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match escape(&mut letters)? {
                Atom::Letter(letter) => text.push_str(&literal(letter)),
                Atom::Class(class) => text.push_str(&format!("[{class}]")),
                Atom::Place(place) => text.push_str(place),
            },
            '[' => text.push_str(&class(&mut letters)?),
            '(' if looks_around(&letters) => skip_group(&mut letters)?,
            '{' if !repeats(&letters) => text.push_str("\\{"),
            '}' if !text.rsplit_once('{').is_some_and(|(_, inside)| is_count(inside)) => text.push_str("\\}"),
            ']' => text.push_str("\\]"),
            other => text.push(other),
        }
    }
    Some(text)
}

enum Atom {
    Letter(char),
    /// The inside of a class.
    Class(String),
    Place(&'static str),
}

/// What comes after a backslash.
fn escape(letters: &mut Peekable<Chars<'_>>) -> Option<Atom> {
    Some(match letters.next()? {
        letter @ ('d' | 'D' | 'w' | 'W' | 's' | 'S') => Atom::Class(format!("\\{letter}")),
        'p' => Atom::Class(unicode(letters)?.to_owned()),
        'b' => Atom::Place("\\b"),
        'A' => Atom::Place("^"),
        'Z' | 'z' => Atom::Place("$"),
        'n' => Atom::Letter('\n'),
        'r' => Atom::Letter('\r'),
        't' => Atom::Letter('\t'),
        'x' => Atom::Letter(hexadecimal(letters, 2)?),
        'u' => Atom::Letter(hexadecimal(letters, 4)?),
        other if !other.is_ascii_alphanumeric() => Atom::Letter(other),
        _ => return None,
    })
}

/// The letters of a class of Unicode's: `{L}`.
fn unicode(letters: &mut Peekable<Chars<'_>>) -> Option<&'static str> {
    letters.next_if_eq(&'{')?;
    let name: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
    Some(match name.as_str() {
        "L" | "Letter" => r"A-Za-z\x{80}-\x{10FFFF}",
        "Lu" => r"A-Z\x{80}-\x{10FFFF}",
        "Ll" => r"a-z\x{80}-\x{10FFFF}",
        "N" | "Nd" => r"0-9\x{80}-\x{10FFFF}",
        "Z" | "Zs" => r" \x{80}-\x{10FFFF}",
        "P" | "S" => r"!-/:-@\[-`{-~\x{80}-\x{10FFFF}",
        "M" => r"\x{80}-\x{10FFFF}",
        _ => return None,
    })
}

fn hexadecimal(letters: &mut Peekable<Chars<'_>>, digits: usize) -> Option<char> {
    let digits: String = letters.by_ref().take(digits).collect();
    char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
}

/// A class, up to its closing bracket. A hyphen that is between no two letters is one itself.
fn class(letters: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut text = String::from(if letters.next_if_eq(&'^').is_some() { "[^" } else { "[" });
    let empty = text.len();
    loop {
        let atom = match letters.next()? {
            ']' if text.len() > empty => return Some(text + "]"),
            // `[]` matches nothing, `[^]` anything.
            ']' => return None,
            '\\' => escape(letters)?,
            letter => Atom::Letter(letter),
        };
        let from = match atom {
            Atom::Letter(letter) => letter,
            Atom::Class(class) => {
                text.push_str(&class);
                continue;
            }
            Atom::Place(_) => return None,
        };
        let mut ahead = letters.clone();
        let is_range = ahead.next() == Some('-') && ahead.peek().is_some_and(|after| *after != ']');
        if !is_range {
            text.push_str(&literal(from));
            continue;
        }
        let to = match ahead.next()? {
            '\\' => escape(&mut ahead)?,
            letter => Atom::Letter(letter),
        };
        match to {
            Atom::Letter(to) if from <= to => {
                text.push_str(&format!("{}-{}", literal(from), literal(to)));
                *letters = ahead;
            }
            Atom::Letter(_) => return None,
            Atom::Class(_) | Atom::Place(_) => text.push_str(&literal(from)),
        }
    }
}

fn literal(letter: char) -> String {
    if letter.is_ascii_alphanumeric() {
        letter.to_string()
    } else {
        format!("\\x{{{:X}}}", u32::from(letter))
    }
}

/// Whether the group that was opened is about what is ahead or behind.
fn looks_around(letters: &Peekable<Chars<'_>>) -> bool {
    let ahead: String = letters.clone().take(3).collect();
    ["?!", "?=", "?<!", "?<="].iter().any(|mark| ahead.starts_with(mark))
}

fn skip_group(letters: &mut Peekable<Chars<'_>>) -> Option<()> {
    let mut depth = 1;
    while depth > 0 {
        match letters.next()? {
            '\\' => drop(letters.next()?),
            '[' => drop(class(letters)?),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
    }
    Some(())
}

fn repeats(letters: &Peekable<Chars<'_>>) -> bool {
    let inside: String = letters.clone().take_while(|letter| *letter != '}').collect();
    is_count(&inside) && letters.clone().any(|letter| letter == '}')
}

fn is_count(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_ecmascript_are_read() {
        for (pattern, matches, differs) in [
            ("^[a-zA-Z0-9-_]+$", "a-_9", "a b"),
            (r"^[\w-.]+$", "a-.", "a b"),
            (r"^\u002F[\u0021-\u007E]+$", "/a", "a"),
            (r"^(?!aws:)[a-z:]+$", "own:tag", "OWN"),
            (r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$", "Grün 1", "a;b"),
            (r"^[.\-_/#A-Za-z0-9]{1,512}\Z", "/aws/lambda", "a b"),
            (r"^\{\$[a-z]{2}\}$", "{$ab}", "{$abc}"),
            (r"^[[\]&&a]+$", "[&]a", "b"),
        ] {
            let expression = read(pattern).unwrap_or_else(|| panic!("{pattern} cannot be read"));
            assert!(expression.is_match(matches), "{pattern} matches {matches}");
            assert!(!expression.is_match(differs), "{pattern} does not match {differs}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for pattern in [r"(a)\1", "[z-a]", "(", r"\p{Greek}"] {
            assert!(read(pattern).is_none(), "{pattern}");
        }
    }
}
