//! Reads what stands in a directive's parentheses and a method's arguments.

use super::Parser;
use crate::vtl::TemplateError;
use crate::vtl::ast::{Expression, Operator};

/// By precedence, the weakest first. Longer tokens stand before those that begin them.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Operator::Or), ("or", Operator::Or)],
    &[("&&", Operator::And), ("and", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("eq", Operator::Equal),
        ("!=", Operator::NotEqual),
        ("ne", Operator::NotEqual),
    ],
    &[
        ("<=", Operator::LessOrEqual),
        ("le", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("ge", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        ("lt", Operator::Less),
        (">", Operator::Greater),
        ("gt", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[("*", Operator::Multiply), ("/", Operator::Divide), ("%", Operator::Remainder)],
];

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expression, TemplateError> {
        self.nested(|parser| parser.level(0))
    }

    fn level(&mut self, level: usize) -> Result<Expression, TemplateError> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        // A chain grows the tree to the left: as many nodes as it has, so as deep as it is long.
        let mut length = 0;
        while let Some(operator) = self.operator(operators) {
            length += 1;
            if length > super::DEEPEST {
                return Err(self.failed("an expression has too many operators"));
            }
            let right = self.level(level + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        self.spaces();
        for (token, operator) in operators {
            let is_word = token.starts_with(|c: char| c.is_ascii_alphabetic());
            let after = self.rest().get(token.len()..).unwrap_or_default();
            if is_word && after.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                continue;
            }
            if self.take(token) {
                return Some(*operator);
            }
        }
        None
    }

    fn unary(&mut self) -> Result<Expression, TemplateError> {
        self.spaces();
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            return Ok(Expression::Not(Box::new(self.nested(Self::unary)?)));
        }
        if self.take("-") {
            return Ok(Expression::Negative(Box::new(self.nested(Self::unary)?)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Expression, TemplateError> {
        let rest = self.rest();
        match rest.chars().next() {
            Some('$') => match self.reference()? {
                Some(reference) => Ok(Expression::Reference(reference)),
                None => Err(self.failed("a name is missing after a $")),
            },
            Some('\'') => Ok(Expression::Text(self.quoted('\'')?)),
            Some('"') => self.interpolated(),
            Some('(') => {
                self.at += 1;
                let inner = self.expression()?;
                self.spaces();
                self.expect(")")?;
                Ok(inner)
            }
            Some('[') => self.list_or_range(),
            Some('{') => self.map(),
            Some(c) if c.is_ascii_digit() => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Expression, TemplateError> {
        let before = self.at;
        match self.identifier() {
            "true" => Ok(Expression::Bool(true)),
            "false" => Ok(Expression::Bool(false)),
            "null" => Ok(Expression::Null),
            "not" => Ok(Expression::Not(Box::new(self.nested(Self::unary)?))),
            _ => {
                self.at = before;
                let found: String = self.rest().chars().take(12).collect();
                Err(self.failed(&format!("a value is expected before {found:?}")))
            }
        }
    }

    fn number(&mut self) -> Result<Expression, TemplateError> {
        let rest = self.rest();
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let mut end = digits(rest);
        // `1..5` is a range, `1.5` a number.
        if rest[end..].starts_with('.') && rest[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
            end += 1 + digits(&rest[end + 1..]);
        }
        let number = &rest[..end];
        self.at += end;
        let parsed = match number.parse() {
            Ok(integer) => Ok(Expression::Int(integer)),
            Err(_) => number.parse().map(Expression::Float),
        };
        parsed.map_err(|_| self.failed(&format!("{number} is not a number")))
    }

    /// The text between two quotes, in which a quote is written twice.
    fn quoted(&mut self, quote: char) -> Result<String, TemplateError> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = characters.next() {
            if c != quote {
                text.push(c);
            } else if characters.next_if(|(_, next)| *next == quote).is_some() {
                text.push(quote);
            } else {
                self.at += at + 1;
                return Ok(text);
            }
        }
        Err(self.failed("a text is not closed with a quote"))
    }

    fn interpolated(&mut self) -> Result<Expression, TemplateError> {
        let text = self.quoted('"')?;
        if !text.contains(['$', '#']) {
            return Ok(Expression::Text(text));
        }
        let mut inner = Parser { source: &text, at: 0, depth: self.depth };
        let (block, end) = inner.nested(|parser| parser.block(false))?;
        if end.is_some() {
            return Err(self.failed("a text in quotes has an #end too many"));
        }
        Ok(Expression::Interpolated(block))
    }

    /// Expressions up to a closing token; the opening one has been read.
    pub(super) fn list_until(&mut self, close: &str) -> Result<Vec<Expression>, TemplateError> {
        let mut items = Vec::new();
        self.spaces();
        while !self.take(close) {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(self.expression()?);
            self.spaces();
        }
        Ok(items)
    }

    fn list_or_range(&mut self) -> Result<Expression, TemplateError> {
        self.expect("[")?;
        self.spaces();
        if self.take("]") {
            return Ok(Expression::List(Vec::new()));
        }
        let first = self.expression()?;
        self.spaces();
        if self.take("..") {
            let last = self.expression()?;
            self.spaces();
            self.expect("]")?;
            return Ok(Expression::Range(Box::new(first), Box::new(last)));
        }
        let mut items = vec![first];
        if !self.take("]") {
            self.expect(",")?;
            items.extend(self.list_until("]")?);
        }
        Ok(Expression::List(items))
    }

    fn map(&mut self) -> Result<Expression, TemplateError> {
        self.expect("{")?;
        let mut entries = Vec::new();
        self.spaces();
        while !self.take("}") {
            if !entries.is_empty() {
                self.expect(",")?;
            }
            let key = self.expression()?;
            self.spaces();
            self.expect(":")?;
            entries.push((key, self.expression()?));
            self.spaces();
        }
        Ok(Expression::Map(entries))
    }
}
