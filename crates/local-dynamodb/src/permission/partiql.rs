//! What a PartiQL statement attempts: its verb and the table or index that it names, read as the engine reads them.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html>

/// The action, and `table/chat` or `table/chat/index/byOwner`; `None` for what cannot be read with certainty.
pub(super) fn of(statement: &str) -> Option<(&'static str, String)> {
    let mut tokens = Tokens(statement);
    let Token::Word(verb) = tokens.next()? else { return None };
    let action = match verb.to_ascii_uppercase().as_str() {
        "SELECT" => loop {
            match tokens.next()? {
                Token::End => return None,
                token if token.is("FROM") => break "PartiQLSelect",
                _ => {}
            }
        },
        "INSERT" => tokens.next()?.is("INTO").then_some("PartiQLInsert")?,
        "DELETE" => tokens.next()?.is("FROM").then_some("PartiQLDelete")?,
        // `FROM "chat" WHERE … SET …` updates as well.
        "UPDATE" | "FROM" => "PartiQLUpdate",
        _ => return None,
    };
    let table = tokens.next()?.name()?;
    let resource = match tokens.next()? {
        Token::Sign('.') => format!("table/{table}/index/{}", tokens.next()?.name()?),
        Token::Quoted(_) => return None,
        Token::Word(_) | Token::Sign(_) | Token::End => format!("table/{table}"),
    };
    Some((action, resource))
}

enum Token<'s> {
    /// A keyword, a bare name or a whole number.
    Word(&'s str),
    /// What is between double quotes.
    Quoted(&'s str),
    Sign(char),
    End,
}

impl<'s> Token<'s> {
    fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn name(self) -> Option<&'s str> {
        match self {
            // `SELECT a, FROM FROM "chat"`: the first is an attribute.
            Token::Word(word) if !word.eq_ignore_ascii_case("FROM") => Some(word),
            Token::Quoted(name) => Some(name),
            _ => None,
        }
    }
}

/// The statement from here on. Only what may stand before and right after a table's name is read.
struct Tokens<'s>(&'s str);

impl<'s> Tokens<'s> {
    fn next(&mut self) -> Option<Token<'s>> {
        self.0 = after_blanks(self.0)?;
        let Some(first) = self.0.chars().next() else { return Some(Token::End) };
        match first {
            '"' => {
                let (name, rest) = self.0[1..].split_once('"')?;
                self.0 = rest;
                // A doubled quote is one within the name; no table has one.
                (!rest.starts_with('"')).then_some(Token::Quoted(name))
            }
            '*' | ',' | '.' | '[' | ']' | ';' => {
                self.0 = &self.0[1..];
                Some(Token::Sign(first))
            }
            'a'..='z' | 'A'..='Z' | '_' | '0'..='9' => {
                let in_word = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
                let (word, rest) =
                    self.0.split_at(self.0.find(|sign| !in_word(sign)).unwrap_or(self.0.len()));
                self.0 = rest;
                // `1FROM` and `1.e5FROM` are a number and a word; nobody writes them.
                let number = first.is_ascii_digit();
                let whole = word.bytes().all(|digit| digit.is_ascii_digit()) && !rest.starts_with('.');
                (!number || whole).then_some(Token::Word(word))
            }
            _ => None,
        }
    }
}

/// Skips white space and comments; `None` if one is not closed.
fn after_blanks(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start_matches(|sign: char| sign.is_ascii_whitespace());
        if let Some(comment) = text.strip_prefix("--") {
            text = comment.split_once('\n').map_or("", |(_, rest)| rest);
        } else if let Some(comment) = text.strip_prefix("/*") {
            text = comment.split_once("*/")?.1;
        } else {
            return Some(text);
        }
    }
}
