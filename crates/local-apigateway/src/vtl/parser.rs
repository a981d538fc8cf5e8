//! Reads a template's text, references and directives.

mod expression;

use super::TemplateError;
use super::ast::{Block, Expression, Node, Reference, Step};

/// Blocks and expressions may be nested this deeply.
const DEEPEST: usize = 64;

pub(super) fn parse(source: &str) -> Result<Block, TemplateError> {
    let mut parser = Parser { source, at: 0, depth: 0 };
    let (block, end) = parser.block(false)?;
    match end {
        None => Ok(block),
        Some(end) => Err(parser.failed(&format!("#{} without an #if or #foreach", end.name()))),
    }
}

/// What ended a block.
enum Closing {
    Else,
    ElseIf,
    End,
}

impl Closing {
    fn name(&self) -> &'static str {
        match self {
            Closing::Else => "else",
            Closing::ElseIf => "elseif",
            Closing::End => "end",
        }
    }
}

struct Parser<'s> {
    source: &'s str,
    at: usize,
    depth: usize,
}

impl<'s> Parser<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn failed(&self, what: &str) -> TemplateError {
        let line = self.source[..self.at].matches('\n').count() + 1;
        TemplateError(format!("line {line} of the template: {what}"))
    }

    fn take(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn expect(&mut self, token: &str) -> Result<(), TemplateError> {
        if self.take(token) {
            return Ok(());
        }
        let found: String = self.rest().chars().take(12).collect();
        Err(self.failed(&format!("{token:?} is expected before {found:?}")))
    }

    fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// A name: letters, digits, `_` and `-`, a letter or `_` first; empty if there is none.
    fn identifier(&mut self) -> &'s str {
        let rest = self.rest();
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return "";
        }
        let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-';
        let name = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        self.at += name.len();
        name
    }

    fn nested<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, TemplateError>,
    ) -> Result<T, TemplateError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.failed("it is nested too deeply"));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// Reads up to the directive that ends the block, or the end of the template.
    fn block(&mut self, is_inner: bool) -> Result<(Block, Option<Closing>), TemplateError> {
        let mut block = Block::new();
        while let Some(c) = self.rest().chars().next() {
            match c {
                '#' => {
                    if let Some(end) = self.directive(&mut block)? {
                        return Ok((block, Some(end)));
                    }
                }
                '$' => match self.reference()? {
                    Some(reference) => block.push(Node::Reference(reference)),
                    None => self.literal(&mut block, 1),
                },
                '\\' if self.rest()[1..].starts_with(['$', '#']) => {
                    self.at += 1;
                    self.literal(&mut block, 1);
                }
                _ => {
                    let rest = self.rest();
                    let end = rest[c.len_utf8()..].find(['#', '$', '\\']);
                    self.literal(&mut block, end.map_or(rest.len(), |end| end + c.len_utf8()));
                }
            }
        }
        if is_inner { Err(self.failed("an #end is missing")) } else { Ok((block, None)) }
    }

    fn literal(&mut self, block: &mut Block, bytes: usize) {
        let text = &self.rest()[..bytes];
        match block.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => block.push(Node::Text(text.to_owned())),
        }
        self.at += bytes;
    }

    fn directive(&mut self, block: &mut Block) -> Result<Option<Closing>, TemplateError> {
        let rest = self.rest();
        if rest.starts_with("##") {
            self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
            return Ok(None);
        }
        if rest.starts_with("#*") {
            let end = rest.find("*#").ok_or_else(|| self.failed("a comment is not closed with *#"))?;
            self.at += end + 2;
            return Ok(None);
        }
        if let Some(raw) = rest.strip_prefix("#[[") {
            let end = raw.find("]]#").ok_or_else(|| self.failed("a #[[ is not closed with ]]#"))?;
            self.at += 3;
            self.literal(block, end);
            self.at += 3;
            return Ok(None);
        }
        let start = self.at;
        self.at += 1;
        let has_braces = self.take("{");
        let name = self.identifier();
        if has_braces && !self.take("}") {
            self.at = start;
            self.literal(block, 1);
            return Ok(None);
        }
        match name {
            "set" => block.push(self.set()?),
            "if" => block.push(self.nested(Self::condition)?),
            "foreach" => block.push(self.nested(Self::foreach)?),
            "break" => block.push(Node::Break),
            "stop" => block.push(Node::Stop),
            "else" => {
                self.line_end();
                return Ok(Some(Closing::Else));
            }
            "elseif" => return Ok(Some(Closing::ElseIf)),
            "end" => {
                self.line_end();
                return Ok(Some(Closing::End));
            }
            _ => {
                self.at = start;
                self.literal(block, 1);
            }
        }
        Ok(None)
    }

    /// A directive takes the rest of its line with it, if that is empty.
    fn line_end(&mut self) {
        let rest = self.rest();
        let after = rest.trim_start_matches([' ', '\t', '\r']);
        if let Some(next_line) = after.strip_prefix('\n') {
            self.at += rest.len() - next_line.len();
        }
    }

    fn set(&mut self) -> Result<Node, TemplateError> {
        self.spaces();
        self.expect("(")?;
        self.spaces();
        let target =
            self.reference()?.ok_or_else(|| self.failed("#set takes a reference, as in #set($x = 1)"))?;
        if matches!(target.steps.last(), Some(Step::Call(..))) {
            return Err(self.failed("#set cannot give a value to a method call"));
        }
        self.spaces();
        self.expect("=")?;
        let value = self.expression()?;
        self.spaces();
        self.expect(")")?;
        self.line_end();
        Ok(Node::Set { target, value })
    }

    fn condition(&mut self) -> Result<Node, TemplateError> {
        let mut branches = Vec::new();
        let mut otherwise = Block::new();
        loop {
            let condition = self.parenthesized()?;
            self.line_end();
            let (block, end) = self.block(true)?;
            branches.push((condition, block));
            match end {
                Some(Closing::ElseIf) => {}
                Some(Closing::Else) => {
                    let (block, end) = self.block(true)?;
                    if !matches!(end, Some(Closing::End)) {
                        return Err(self.failed("only #end may follow an #else"));
                    }
                    otherwise = block;
                    break;
                }
                _ => break,
            }
        }
        Ok(Node::If { branches, otherwise })
    }

    fn parenthesized(&mut self) -> Result<Expression, TemplateError> {
        self.spaces();
        self.expect("(")?;
        let expression = self.expression()?;
        self.spaces();
        self.expect(")")?;
        Ok(expression)
    }

    fn foreach(&mut self) -> Result<Node, TemplateError> {
        self.spaces();
        self.expect("(")?;
        self.spaces();
        let each = self.reference()?.filter(|each| each.steps.is_empty());
        let name =
            each.ok_or_else(|| self.failed("#foreach takes a variable, as in #foreach($x in $list)"))?.name;
        self.spaces();
        self.expect("in")?;
        let items = self.expression()?;
        self.spaces();
        self.expect(")")?;
        self.line_end();
        match self.block(true)? {
            (body, Some(Closing::End)) => Ok(Node::Foreach { name, items, body }),
            _ => Err(self.failed("a #foreach ends with #end")),
        }
    }

    /// None, and nothing read, if the `$` begins no reference.
    fn reference(&mut self) -> Result<Option<Reference>, TemplateError> {
        let start = self.at;
        if !self.take("$") {
            return Ok(None);
        }
        let is_quiet = self.take("!");
        let is_formal = self.take("{");
        let name = self.identifier();
        if name.is_empty() {
            self.at = start;
            return Ok(None);
        }
        let name = name.to_owned();
        let steps = self.nested(Self::steps)?;
        if is_formal && !self.take("}") {
            self.at = start;
            return Ok(None);
        }
        let source = if is_quiet { String::new() } else { self.source[start..self.at].to_owned() };
        Ok(Some(Reference { name, steps, source }))
    }

    fn steps(&mut self) -> Result<Vec<Step>, TemplateError> {
        let mut steps = Vec::new();
        loop {
            let before = self.at;
            if self.take(".") {
                let name = self.identifier();
                if name.is_empty() {
                    // A full stop.
                    self.at = before;
                    return Ok(steps);
                }
                let name = name.to_owned();
                steps.push(if self.take("(") {
                    Step::Call(name, self.list_until(")")?)
                } else {
                    Step::Property(name)
                });
            } else if self.take("[") {
                // Text may follow a reference with a bracket that is none of it: `$name [sic]`, `$name[]`.
                let index = self.expression();
                self.spaces();
                match index {
                    Ok(index) if self.take("]") => steps.push(Step::Index(index)),
                    _ => {
                        self.at = before;
                        return Ok(steps);
                    }
                }
            } else {
                return Ok(steps);
            }
        }
    }
}
