//! The pages: one card with one form, without scripts.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::Error;

const STYLE: &str = include_str!("style.css");

/// An input of a form.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    /// The input's type: text, password, email.
    pub(super) kind: &'a str,
    /// As password managers know it.
    pub(super) autocomplete: &'a str,
    pub(super) value: &'a str,
    /// What to mind, below the input.
    pub(super) hint: &'a str,
}

impl<'a> Field<'a> {
    pub(super) fn new(name: &'a str, label: &'a str, kind: &'a str, autocomplete: &'a str) -> Self {
        Field { name, label, kind, autocomplete, value: "", hint: "" }
    }

    /// A code of digits, which phones offer from the message and ask for with the right keys.
    pub(super) fn code(label: &'a str) -> Self {
        Field::new("code", label, "text", "one-time-code")
    }

    pub(super) fn hint(self, hint: &'a str) -> Self {
        Field { hint, ..self }
    }

    pub(super) fn with(self, value: &'a str) -> Self {
        Field { value, ..self }
    }
}

/// A page with a form.
#[derive(Default)]
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// What went wrong, or what to do.
    pub(super) problem: Option<String>,
    pub(super) notice: Option<String>,
    /// Where the form goes, without the query.
    pub(super) action: &'a str,
    /// What to copy by hand.
    pub(super) key: Option<&'a str>,
    pub(super) fields: Vec<Field<'a>>,
    /// One of these is to be chosen: words, and the value of `choice`.
    pub(super) choices: Vec<(&'static str, String)>,
    pub(super) hidden: Vec<(&'a str, &'a str)>,
    pub(super) button: &'a str,
    /// Another way to send the same form: its path, without the query, and the button's words.
    pub(super) other_button: Option<(&'a str, &'a str)>,
    /// Paths, without the query, and their words.
    pub(super) links: &'a [(&'a str, &'a str)],
}

impl Page<'_> {
    pub(super) fn response(&self, query: &str) -> Response {
        let told = |class: &str, role: &str, text: &Option<String>| {
            text.as_deref().map_or(String::new(), |text| {
                format!("<p class=\"{class}\" role=\"{role}\">{}</p>", escape(text))
            })
        };
        let query = escape(query);
        // Who has typed the rest is at what is still empty: a password is never sent back.
        let first_empty = self.fields.iter().position(|field| field.value.is_empty()).unwrap_or(0);
        let fields: String =
            self.fields.iter().enumerate().map(|(at, field)| input(field, at == first_empty)).collect();
        let key = self.key.map_or(String::new(), |key| format!("<p><code>{}</code></p>", escape(key)));
        let hidden: String = self
            .hidden
            .iter()
            .map(|(name, value)| {
                format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
            })
            .collect();
        let links: String = self
            .links
            .iter()
            .map(|(path, words)| format!("<a href=\"{path}?{query}\">{}</a>", escape(words)))
            .collect();
        let other = self.other_button.map_or(String::new(), |(path, words)| {
            format!(
                "<button class=\"other\" formaction=\"{path}?{query}\" formnovalidate>{}</button>",
                escape(words)
            )
        });
        let status = if self.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let body = format!(
            "<h1>{}</h1>{}{}{key}<form method=\"post\" action=\"{}?{query}\">{hidden}{fields}{}\
             <button>{}</button>{other}</form><nav>{links}</nav>",
            escape(self.title),
            told("problem", "alert", &self.problem),
            told("notice", "status", &self.notice),
            self.action,
            self.choices(),
            escape(self.button),
        );
        page(status, self.title, &body)
    }

    fn choices(&self) -> String {
        if self.choices.is_empty() {
            return String::new();
        }
        let choice = |(at, (words, value)): (usize, &(&str, String))| {
            let checked = if at == 0 { " checked autofocus" } else { "" };
            format!(
                "<label class=\"choice\"><input type=\"radio\" name=\"choice\" value=\"{}\"{checked}>{}</label>",
                escape(value),
                escape(words),
            )
        };
        let choices: String = self.choices.iter().enumerate().map(choice).collect();
        format!("<fieldset><legend>{}</legend>{choices}</fieldset>", escape(self.title))
    }
}

fn input(field: &Field<'_>, is_first: bool) -> String {
    let Field { name, label, kind, autocomplete, value, hint } = field;
    let focus = if is_first { " autofocus" } else { "" };
    let keys = match *autocomplete {
        "one-time-code" => " inputmode=\"numeric\" spellcheck=\"false\"",
        "username" => " autocapitalize=\"none\" spellcheck=\"false\"",
        _ => "",
    };
    let name = escape(name);
    let (described, hint) = match hint.is_empty() {
        true => (String::new(), String::new()),
        false => (
            format!(" aria-describedby=\"{name}-hint\""),
            format!("<p class=\"hint\" id=\"{name}-hint\">{}</p>", escape(hint)),
        ),
    };
    format!(
        "<div class=\"field\"><label for=\"{name}\">{}</label>\
         <input id=\"{name}\" name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\" value=\"{}\" \
         required{keys}{described}{focus}>{hint}</div>",
        escape(label),
        escape(value),
    )
}

/// What an app got wrong: nobody is sent anywhere.
pub(super) fn error(why: &str) -> Response {
    let body =
        format!("<h1>This page cannot be shown</h1><p class=\"problem\" role=\"alert\">{}</p>", escape(why));
    page(StatusCode::BAD_REQUEST, "This page cannot be shown", &body)
}

/// What we got wrong.
pub(super) fn failed(error: &Error) -> Response {
    if let Error::Internal(what) = error {
        tracing::error!("{what}");
    }
    let body =
        format!("<h1>That failed</h1><p class=\"problem\" role=\"alert\">{}</p>", escape(&error.to_string()));
    page(StatusCode::INTERNAL_SERVER_ERROR, "That failed", &body)
}

pub(super) fn redirect(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let headers = [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
            (StatusCode::FOUND, headers).into_response()
        }
        Err(_) => error("The address to go on to is not one."),
    }
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{}</title><style>{STYLE}</style>\
         <main>{body}</main></html>",
        escape(title),
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        // No script runs here, and nobody puts the page into a frame of theirs.
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, html).into_response()
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
