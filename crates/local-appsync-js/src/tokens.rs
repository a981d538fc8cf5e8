//! JavaScript's words and signs with their lines, as far as it takes to see which syntax a script uses.

/// One token. Comments and white space are left out, and so are the insides of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind<'a>,
    /// From 1.
    pub(crate) line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// A keyword or a name.
    Word(&'a str),
    /// An operator or a bracket, of one to three characters.
    Sign(&'a str),
    /// A text in single or double quotes, without them.
    Text(&'a str),
    /// A template, after its last part; the tokens of its substitutions come before it.
    Template,
    Number,
    Regex,
}

/// The signs that mean something else than their characters do one by one; longest first.
const LONG_SIGNS: [&str; 10] = ["...", "===", "!==", "=>", "++", "--", "?.", "??", "&&", "||"];

/// Words after which a `/` begins a regular expression, as no value can come before it.
const BEFORE_A_VALUE: [&str; 11] =
    ["return", "typeof", "case", "in", "of", "delete", "void", "else", "do", "instanceof", "throw"];

/// Reads as far as the code makes sense; what comes after an unclosed text is the engine's to report.
pub(crate) fn read(code: &str) -> Vec<Token<'_>> {
    let mut reader = Reader { code, at: 0, line: 1, tokens: Vec::new(), substitutions: Vec::new() };
    while reader.at < code.len() {
        reader.step();
    }
    reader.tokens
}

struct Reader<'a> {
    code: &'a str,
    at: usize,
    line: u32,
    tokens: Vec<Token<'a>>,
    /// For each template that is being substituted into, the braces open in its `${`.
    substitutions: Vec<usize>,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        let rest = &self.code[self.at..];
        let Some(first) = rest.chars().next() else { return };
        if first.is_whitespace() {
            self.skip(first.len_utf8());
        } else if rest.starts_with("//") {
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.skip(rest.find("*/").map_or(rest.len(), |end| end + 2));
        } else if is_of_a_name(first) {
            self.take(
                length_while(rest, is_of_a_name),
                if first.is_ascii_digit() { |_| Kind::Number } else { Kind::Word },
            );
        } else if matches!(first, '"' | '\'') {
            let length = text_length(rest, first);
            self.take(length, |text| Kind::Text(text.trim_matches(first)));
        } else if first == '`' {
            self.template();
        } else if first == '/' && self.a_value_may_follow() {
            self.take(regex_length(rest), |_| Kind::Regex);
        } else if first == '}' && self.substitutions.last() == Some(&0) {
            self.substitutions.pop();
            self.template();
        } else {
            match (first, self.substitutions.last_mut()) {
                ('{', Some(open)) => *open += 1,
                ('}', Some(open)) => *open -= 1,
                _ => {}
            }
            let long = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign));
            self.take(long.map_or(first.len_utf8(), |sign| sign.len()), Kind::Sign);
        }
    }

    /// From a template's first backquote, or from the `}` that ends a substitution, to the next break.
    fn template(&mut self) {
        let rest = &self.code[self.at..];
        let mut escaped = false;
        for (index, character) in rest.char_indices().skip(1) {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '`' => return self.take(index + 1, |_| Kind::Template),
                '$' if rest[index..].starts_with("${") => {
                    self.substitutions.push(0);
                    return self.skip(index + 2);
                }
                _ => {}
            }
        }
        self.skip(rest.len());
    }

    fn a_value_may_follow(&self) -> bool {
        match self.tokens.last().map(|token| token.kind) {
            None => true,
            Some(Kind::Sign(sign)) => !matches!(sign, ")" | "]" | "}" | "++" | "--"),
            Some(Kind::Word(word)) => BEFORE_A_VALUE.contains(&word),
            Some(_) => false,
        }
    }

    fn take(&mut self, length: usize, kind: impl FnOnce(&'a str) -> Kind<'a>) {
        let text = &self.code[self.at..self.at + length];
        self.tokens.push(Token { kind: kind(text), line: self.line });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let passed = &self.code[self.at..self.at + length];
        self.line += passed.matches('\n').count() as u32;
        self.at += length;
    }
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '#')
}

fn length_while(text: &str, holds: impl Fn(char) -> bool) -> usize {
    text.find(|character| !holds(character)).unwrap_or(text.len())
}

/// With both quotes; to the end of the line when the closing one is missing.
fn text_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return index,
            _ if character == quote => return index + 1,
            _ => {}
        }
    }
    rest.len()
}

/// With both slashes and the flags. A slash in a character class does not end the expression.
fn regex_length(rest: &str) -> usize {
    let (mut escaped, mut in_class) = (false, false);
    for (index, character) in rest.char_indices().skip(1) {
        match character {
            '\n' => return index,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return index + 1 + length_while(&rest[index + 1..], is_of_a_name),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_code_is_it_is_read_to_its_end() {
        const PIECES: [&str; 16] =
            ["'", "\"", "`", "${", "}", "{", "/", "\\", "\n", "/*", "*/", "//", "é", "[", "a ", "\u{2028}"];
        // A fixed sequence of pseudo-random numbers (Lehmer's), so that a failure can be repeated.
        let mut state = 20_261_120_u64;
        for _ in 0..20_000 {
            let mut code = String::new();
            for _ in 0..12 {
                state = state * 48_271 % 2_147_483_647;
                code.push_str(PIECES[(state % 16) as usize]);
            }
            let lines = 1 + code.matches('\n').count() as u32;
            assert!(read(&code).iter().all(|token| (1..=lines).contains(&token.line)), "{code:?}");
        }
    }

    #[test]
    fn tokens_know_their_lines_and_substitutions_come_before_their_template() {
        let tokens = read("a = `x\n${b}`;\n'c' /d/g");
        let kinds: Vec<_> = tokens.iter().map(|token| (token.kind, token.line)).collect();
        let expected = [
            (Kind::Word("a"), 1),
            (Kind::Sign("="), 1),
            (Kind::Word("b"), 2),
            (Kind::Template, 2),
            (Kind::Sign(";"), 2),
            (Kind::Text("c"), 3),
            (Kind::Sign("/"), 3),
            (Kind::Word("d"), 3),
            (Kind::Sign("/"), 3),
            (Kind::Word("g"), 3),
        ];
        assert_eq!(kinds, expected);
    }
}
