//! Texts of policies: the wildcards `*` and `?`, and variables such as `${cognito-identity.amazonaws.com:sub}`.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use super::Circumstances;

/// A text to compare with, its variables replaced.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern(Vec<Token>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Char(char),
    AnyChar,
    AnyText,
}

impl Pattern {
    /// `None` if a variable has no value here, or more than one: then nothing is like it.
    ///
    /// Wildcards in a variable's value are characters like others, so that nobody can be called `*`.
    pub(super) fn new(text: &str, circumstances: &Circumstances) -> Option<Pattern> {
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            let end = start + rest[start..].find('}')?;
            tokens.extend(rest[..start].chars().map(Token::of));
            match rest[start + 2..end].trim() {
                special @ ("*" | "?" | "$") => tokens.extend(special.chars().map(Token::Char)),
                variable => tokens.extend(value(variable, circumstances)?.chars().map(Token::Char)),
            }
            rest = &rest[end + 1..];
        }
        tokens.extend(rest.chars().map(Token::of));
        Some(Pattern(tokens))
    }

    /// For elements that have wildcards but no variables.
    pub(super) fn literal_variables(text: &str) -> Pattern {
        Pattern(text.chars().map(Token::of).collect())
    }

    /// In time of the order of both lengths multiplied, whatever the pattern.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut at, mut token) = (0, 0);
        // Where to go on when the last `*` has to swallow one more character.
        let mut retry: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.0.get(token) {
                Some(Token::AnyText) => {
                    retry = Some((at, token));
                    token += 1;
                }
                Some(Token::AnyChar) => (at, token) = (at + 1, token + 1),
                Some(Token::Char(expected)) if *expected == text[at] => (at, token) = (at + 1, token + 1),
                _ => match retry {
                    Some((from, star)) => {
                        retry = Some((from + 1, star));
                        (at, token) = (from + 1, star + 1);
                    }
                    None => return false,
                },
            }
        }
        self.0[token..].iter().all(|token| *token == Token::AnyText)
    }

    /// Without wildcards: the text itself.
    pub(super) fn into_text(self) -> String {
        self.0
            .into_iter()
            .map(|token| match token {
                Token::Char(character) => character,
                Token::AnyChar => '?',
                Token::AnyText => '*',
            })
            .collect()
    }
}

impl Token {
    fn of(character: char) -> Token {
        match character {
            '*' => Token::AnyText,
            '?' => Token::AnyChar,
            other => Token::Char(other),
        }
    }
}

/// The condition keys that a text's variables name, each with whether it has a default value.
pub(super) fn variables(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    let inside = std::iter::from_fn(move || {
        let (_, behind) = rest.split_once("${")?;
        // Without its end it is no variable, but neither is it like anything.
        let (inside, behind) = behind.split_once('}').unwrap_or((behind, ""));
        rest = behind;
        Some(inside.trim())
    });
    inside.filter(|inside| !matches!(*inside, "*" | "?" | "$")).map(|variable| {
        let (key, default) = key_and_default(variable);
        (key, default.is_some())
    })
}

/// Each of an ARN's six parts on its own: a `*` in one does not reach into the next.
pub(super) fn arn_like(pattern: &str, arn: &str, circumstances: &Circumstances) -> bool {
    if pattern == "*" {
        return true;
    }
    let (patterns, parts) = (arn_parts(pattern), arn_parts(arn));
    patterns.len() == parts.len()
        && patterns.iter().zip(parts).all(|(pattern, part)| {
            Pattern::new(pattern, circumstances).is_some_and(|pattern| pattern.matches(part))
        })
}

/// Splits at the first five colons that are not in a variable.
fn arn_parts(arn: &str) -> Vec<&str> {
    let mut parts = Vec::with_capacity(6);
    let (mut start, mut is_in_variable) = (0, false);
    for (at, character) in arn.char_indices() {
        match character {
            '{' if arn[..at].ends_with('$') => is_in_variable = true,
            '}' => is_in_variable = false,
            ':' if !is_in_variable && parts.len() < 5 => {
                parts.push(&arn[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&arn[start..]);
    parts
}

/// `key` or `key, 'default'`.
fn key_and_default(variable: &str) -> (&str, Option<&str>) {
    match variable.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
        None => (variable, None),
    }
}

fn value<'a>(variable: &'a str, circumstances: &'a Circumstances) -> Option<&'a str> {
    let (key, default) = key_and_default(variable);
    match circumstances.get(key) {
        Some([value]) => Some(value),
        Some(_) => None,
        None => default,
    }
}
