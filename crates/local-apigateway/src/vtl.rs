//! Velocity templates as API Gateway's mapping templates use them; knows nothing of API Gateway itself.
//!
//! `parser.rs` reads a template once into `ast.rs`; `render.rs` runs it over a scope of `value.rs`. Where versions of
//! Velocity differ, it follows 1.7: only `null` and `false` are false, and `==` of different types compares texts.
//! <https://velocity.apache.org/engine/1.7/user-guide.html>
//!
//! Macros, `#define`, `#include`, `#parse` and `#evaluate` are not served; they are read as text.

mod ast;
mod methods;
mod operators;
mod parser;
mod render;
mod value;

use std::collections::HashMap;

pub(crate) use value::{Object, Value};

/// A template that has been read.
#[derive(Debug, Clone)]
pub(crate) struct Template(ast::Block);

/// Why a template cannot be read or run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct TemplateError(pub(crate) String);

impl Template {
    pub(crate) fn parse(source: &str) -> Result<Template, TemplateError> {
        parser::parse(source).map(Template)
    }

    /// What the template writes. Variables that it sets stay in the scope.
    pub(crate) fn render(&self, scope: &mut HashMap<String, Value>) -> Result<String, TemplateError> {
        render::render(&self.0, scope)
    }
}

#[cfg(test)]
mod tests;
