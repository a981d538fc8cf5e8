//! What APPSYNC_JS does not take, found before a script runs, with what to write instead.
//!
//! Sources: AWS's page "Supported runtime features" and its eslint plugin (2.0), which `resolvers/js` is held to.

use crate::script::Problem;
use crate::tokens::{Kind, Token, read};

/// AppSync's limit on the code of a resolver or function, in characters.
const MOST_CHARACTERS: usize = 32_768;

const MODULES: [&str; 2] = ["@aws-appsync/utils", "@aws-appsync/utils/dynamodb"];

const ASYNC: &str = "APPSYNC_JS is not asynchronous; return a request and let the data source wait for it";
const ERRORS: &str = "APPSYNC_JS throws and catches nothing; call util.error(message, errorType)";
const LOOPS: &str = "APPSYNC_JS loops with for (… of …), for (… in …), map, filter, reduce, forEach";

/// Keywords, and what to do without them.
const WORDS: [(&str, &str); 12] = [
    ("await", ASYNC),
    ("yield", "APPSYNC_JS has no generators; build an array"),
    ("try", ERRORS),
    ("catch", ERRORS),
    ("finally", ERRORS),
    ("throw", ERRORS),
    ("while", LOOPS),
    ("do", LOOPS),
    ("continue", "APPSYNC_JS has no continue; turn the condition around"),
    ("class", "APPSYNC_JS has no classes; use functions and plain objects"),
    ("this", "APPSYNC_JS has no `this`; pass the object as an argument"),
    ("instanceof", "APPSYNC_JS has no instanceof; look at the value's properties"),
];

const NO_NETWORK: &str = "APPSYNC_JS reaches nothing itself; use a data source";
const NO_TIMERS: &str = "APPSYNC_JS has no timers";

/// Functions and objects of other runtimes, unless the script defines them itself.
const GLOBALS: [(&str, &str); 12] = [
    ("Promise", ASYNC),
    ("fetch", NO_NETWORK),
    ("XMLHttpRequest", NO_NETWORK),
    ("require", "APPSYNC_JS imports '@aws-appsync/utils' and '@aws-appsync/utils/dynamodb' only"),
    ("process", "APPSYNC_JS has no process; environment variables are in ctx.env"),
    ("setTimeout", NO_TIMERS),
    ("setInterval", NO_TIMERS),
    ("setImmediate", NO_TIMERS),
    ("eval", "APPSYNC_JS runs no code from texts"),
    ("Function", "APPSYNC_JS runs no code from texts"),
    ("RegExp", "APPSYNC_JS has no RegExp; use util.matches(pattern, text)"),
    ("Symbol", "APPSYNC_JS has no Symbol; use texts as keys"),
];

const SIGNS: [(&str, &str); 3] = [
    ("++", "APPSYNC_JS has no ++; write += 1"),
    ("--", "APPSYNC_JS has no --; write -= 1"),
    ("~", "APPSYNC_JS has no ~; write -x - 1"),
];

/// Everything in `code` that AppSync would refuse, in the order of the lines.
pub(crate) fn find(code: &str) -> Vec<Problem> {
    let tokens = read(code);
    let script = Tokens(&tokens);
    let length = code.chars().count();
    let too_long = (length > MOST_CHARACTERS).then(|| Problem {
        line: 0,
        message: format!("it has {length} characters; AppSync takes at most {MOST_CHARACTERS}"),
    });
    let found = (0..tokens.len()).filter_map(|at| {
        let message = script.forbidden(at)?;
        Some(Problem { line: tokens[at].line, message })
    });
    too_long.into_iter().chain(found).collect()
}

struct Tokens<'a>(&'a [Token<'a>]);

impl Tokens<'_> {
    fn forbidden(&self, at: usize) -> Option<String> {
        let advice = match self.kind(at)? {
            Kind::Regex => "APPSYNC_JS has no regular expressions; use util.matches(pattern, text)",
            Kind::Sign(sign) => lookup(&SIGNS, sign)?,
            Kind::Text(module) => return self.forbidden_import(at, module),
            Kind::Word(_) if self.is_label(at) => "APPSYNC_JS has no labels; return from a function instead",
            Kind::Word(word) if !self.is_property(at) => self.forbidden_word(at, word)?,
            _ => return None,
        };
        Some(advice.to_owned())
    }

    fn forbidden_word(&self, at: usize, word: &str) -> Option<&'static str> {
        let next = self.kind(at + 1);
        match word {
            "async" if matches!(next, Some(Kind::Word(_) | Kind::Sign("("))) => Some(ASYNC),
            "function" if next == Some(Kind::Sign("*")) => {
                Some("APPSYNC_JS has no generators; build an array")
            }
            "import" if next == Some(Kind::Sign("(")) => Some("APPSYNC_JS imports at the top only"),
            "for" if next == Some(Kind::Sign("(")) && self.has_semicolon(at + 1) => Some(LOOPS),
            "in" if !self.is_of_a_for(at) => Some("APPSYNC_JS has no `in`; call Object.hasOwn(object, name)"),
            _ => lookup(&WORDS, word).or_else(|| self.forbidden_global(at, word)),
        }
    }

    fn forbidden_global(&self, at: usize, word: &str) -> Option<&'static str> {
        let is_used = matches!(self.kind(at + 1), Some(Kind::Sign("(" | "." | "?.")));
        lookup(&GLOBALS, word).filter(|_| is_used && !self.is_defined(word))
    }

    fn forbidden_import(&self, at: usize, module: &str) -> Option<String> {
        let is_import = matches!(self.before(at), Some(Kind::Word("from" | "import")));
        (is_import && !MODULES.contains(&module)).then(|| {
            let [utils, dynamodb] = MODULES;
            match module {
                "@aws-appsync/utils/rds" | "@aws-appsync/utils/ai" => format!(
                    "it imports '{module}', whose data sources, RDS and Bedrock, are not on localhost; let a function do it"
                ),
                _ => format!(
                    "it imports '{module}'; localhost has '{utils}' and '{dynamodb}', and each script is one file"
                ),
            }
        })
    }

    fn kind(&self, at: usize) -> Option<Kind<'_>> {
        self.0.get(at).map(|token| token.kind)
    }

    fn before(&self, at: usize) -> Option<Kind<'_>> {
        self.kind(at.checked_sub(1)?)
    }

    /// `x.catch`, `{ catch: … }`.
    fn is_property(&self, at: usize) -> bool {
        match self.before(at) {
            Some(Kind::Sign("." | "?.")) => true,
            Some(Kind::Sign("{" | ",")) => self.kind(at + 1) == Some(Kind::Sign(":")),
            _ => false,
        }
    }

    /// `outer: for (…)`.
    fn is_label(&self, at: usize) -> bool {
        let loops = matches!(self.kind(at + 2), Some(Kind::Word("for" | "while" | "do" | "switch")));
        loops
            && self.kind(at + 1) == Some(Kind::Sign(":"))
            && !matches!(self.before(at), Some(Kind::Word("case")))
    }

    fn is_defined(&self, name: &str) -> bool {
        (1..self.0.len()).any(|at| {
            self.kind(at) == Some(Kind::Word(name))
                && matches!(self.before(at), Some(Kind::Word("function" | "const" | "let" | "var")))
        })
    }

    /// The `in` of `for (const key in object)`.
    fn is_of_a_for(&self, at: usize) -> bool {
        (at.saturating_sub(4)..at).any(|before| self.kind(before) == Some(Kind::Word("for")))
    }

    /// Whether the header that the parenthesis at `open` begins is one of `for (;;)`.
    fn has_semicolon(&self, open: usize) -> bool {
        let mut depth = 0usize;
        for at in open..self.0.len() {
            match self.kind(at) {
                Some(Kind::Sign("(" | "[" | "{")) => depth += 1,
                Some(Kind::Sign(")" | "]" | "}")) if depth == 1 => return false,
                Some(Kind::Sign(")" | "]" | "}")) => depth -= 1,
                Some(Kind::Sign(";")) if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }
}

fn lookup(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(name, _)| *name == key).map(|(_, advice)| *advice)
}
