//! AppSync's JavaScript: what the runtime refuses, and operations that the data source does not have.
//!
//! Source: "JavaScript runtime features for resolvers and functions" in the AppSync developer guide.

use super::problem::Findings;
use super::view::{Resource, View};

const MOST_BYTES: usize = 32_000;

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for kind in ["AWS::AppSync::Resolver", "AWS::AppSync::FunctionConfiguration"] {
        for user in view.of(kind) {
            if let Some(code) = user.get("Code").as_str() {
                let tokens = tokens(code);
                if let Some(wrong) = unbalanced(&tokens) {
                    findings.error(user.id, format!("its code is no JavaScript: {wrong}; correct it"));
                    continue;
                }
                shape(user, code, &tokens, findings);
                operations(view, user, &tokens, findings);
            }
        }
    }
}

/// The operations that a script asks of its data source: `operation: 'GetItem'`.
pub(super) fn operations_of(code: &str) -> Vec<String> {
    named_operations(&tokens(code))
}

fn shape(user: Resource<'_>, code: &str, tokens: &[Token], findings: &mut Findings<'_>) {
    if code.len() > MOST_BYTES {
        let bytes = code.len();
        findings.error(user.id, format!("its code has {bytes} bytes of at most {MOST_BYTES}: shorten it"));
    }
    for name in ["request", "response"] {
        let is_exported = tokens.windows(3).any(|three| {
            three[0].is("export") && (three[1].is("function") || three[1].is("const")) && three[2].is(name)
        });
        let is_listed = tokens.windows(2).any(|two| two[0].is("export") && two[1].is("{"));
        if !is_exported && !is_listed {
            let text = format!("its code exports no function `{name}`, which AppSync calls: add it");
            findings.error(user.id, text);
        }
    }
    const FORBIDDEN: [&str; 11] =
        ["async", "await", "catch", "class", "do", "finally", "throw", "this", "try", "while", "yield"];
    let mut previous: Option<&Token> = None;
    for token in tokens {
        let is_name = previous.is_some_and(|previous| previous.is("."));
        if FORBIDDEN.iter().any(|word| token.is(word)) && !is_name {
            let text =
                format!("its code uses `{}`, which AppSync's runtime does not have: rewrite it", token.text);
            findings.error(user.id, text);
            break;
        }
        if token.is_text
            && previous.is_some_and(|previous| previous.is("from"))
            && !token.text.starts_with("@aws-appsync/utils")
        {
            let text =
                format!("its code imports `{}`; there is `@aws-appsync/utils` alone: bundle it", token.text);
            findings.error(user.id, text);
        }
        previous = Some(token);
    }
}

/// What each kind of data source can be asked for.
fn operations(view: &View<'_>, user: Resource<'_>, tokens: &[Token], findings: &mut Findings<'_>) {
    let Some(source) = source_of(view, user) else { return };
    let known: &[&str] = match source.get("Type").as_str() {
        Some("AWS_LAMBDA") => &["Invoke", "BatchInvoke"],
        Some("AMAZON_DYNAMODB") => &[
            "GetItem",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "Query",
            "Scan",
            "Sync",
            "BatchGetItem",
            "BatchPutItem",
            "BatchDeleteItem",
            "TransactGetItems",
            "TransactWriteItems",
        ],
        Some("AMAZON_EVENTBRIDGE") => &["PutEvents"],
        Some("NONE") => &[],
        _ => return,
    };
    // The actions within a transaction are also called `operation`.
    if tokens.iter().any(|token| token.text.starts_with("Transact")) {
        return;
    }
    for operation in named_operations(tokens) {
        if !known.contains(&operation.as_str()) {
            let text = format!(
                "its code asks for `{operation}`, which the data source `{}` does not do: name the right source",
                source.id
            );
            findings.error(user.id, text);
        }
    }
}

/// The data source behind a resolver or function, if it is in the template.
pub(super) fn source_of<'a>(view: &View<'a>, user: Resource<'a>) -> Option<Resource<'a>> {
    let name = user.get("DataSourceName");
    match name.as_str() {
        Some(name) => view.of("AWS::AppSync::DataSource").find(|source| {
            source.get("Name") == name && view.is_same(source.get("ApiId"), user.get("ApiId"))
        }),
        None => view.target(name).filter(|source| source.kind == "AWS::AppSync::DataSource"),
    }
}

fn named_operations(tokens: &[Token]) -> Vec<String> {
    let names =
        tokens.windows(3).filter(|three| three[0].is("operation") && three[1].is(":") && three[2].is_text);
    names.map(|three| three[2].text.clone()).collect()
}

/// The first bracket without its other half, or text without its end.
fn unbalanced(tokens: &[Token]) -> Option<String> {
    let mut open: Vec<&str> = Vec::new();
    for token in tokens.iter().filter(|token| !token.is_text || token.text == UNFINISHED) {
        match token.text.as_str() {
            UNFINISHED => return Some("a text has no end".to_owned()),
            "(" => open.push(")"),
            "[" => open.push("]"),
            "{" => open.push("}"),
            closing @ (")" | "]" | "}") => match open.pop() {
                Some(wanted) if wanted == closing => {}
                Some(wanted) => return Some(format!("there is a `{closing}` where a `{wanted}` belongs")),
                None => return Some(format!("a `{closing}` closes nothing")),
            },
            _ => {}
        }
    }
    open.pop().map(|wanted| format!("a `{wanted}` is missing"))
}

struct Token {
    text: String,
    /// A quoted text, without its quotes.
    is_text: bool,
}

impl Token {
    fn is(&self, text: &str) -> bool {
        !self.is_text && self.text == text
    }
}

const UNFINISHED: &str = "\0";

/// Words, texts and single signs; comments are left out. AppSync has no regular expressions, so a slash is one.
fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            '\'' | '"' | '`' => {
                let (text, length) = quoted_text(rest, first);
                tokens.push(Token { text, is_text: true });
                length
            }
            _ if first.is_alphanumeric() || first == '_' || first == '$' => {
                let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                tokens.push(Token { text: rest[..length].to_owned(), is_text: false });
                length
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(Token { text: first.to_string(), is_text: false });
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// A text at the beginning of `code`, without its quotes, and its length with them.
fn quoted_text(code: &str, quote: char) -> (String, usize) {
    let mut text = String::new();
    let mut is_escaped = false;
    for (at, character) in code.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return (text, at + 1),
            '\n' if quote != '`' => break,
            _ => text.push(character),
        }
    }
    (UNFINISHED.to_owned(), code.len())
}
