//! Runs a template: within bounds of steps, iterations and length, so that none can stall or fill the server.

use std::collections::HashMap;

use super::ast::{Block, Expression, Node, Operator, Reference, Step};
use super::value::Value;
use super::{TemplateError, methods, operators};

/// What a template may write, and what it may make on the way.
pub(super) const MOST_BYTES: usize = 10 * 1024 * 1024;
/// API Gateway's quota for the iterations of a `#foreach`.
const MOST_ITERATIONS: usize = 1_000;
const MOST_STEPS: usize = 250_000;

pub(super) fn render(block: &Block, scope: &mut HashMap<String, Value>) -> Result<String, TemplateError> {
    let mut renderer = Renderer { scope, steps: 0, made_bytes: 0 };
    let mut out = String::new();
    renderer.block(block, &mut out)?;
    Ok(out)
}

pub(super) fn too_long() -> TemplateError {
    TemplateError(format!("the template makes more than {MOST_BYTES} bytes"))
}

struct Renderer<'s> {
    scope: &'s mut HashMap<String, Value>,
    steps: usize,
    made_bytes: usize,
}

/// How a block ended.
#[derive(PartialEq)]
enum Flow {
    Next,
    Break,
    Stop,
}

impl Renderer<'_> {
    fn step(&mut self) -> Result<(), TemplateError> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(TemplateError(format!("the template takes more than {MOST_STEPS} steps")));
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), TemplateError> {
        self.made_bytes = self.made_bytes.saturating_add(bytes);
        if self.made_bytes > 4 * MOST_BYTES { Err(too_long()) } else { Ok(()) }
    }

    fn write(&mut self, text: &str, out: &mut String) -> Result<(), TemplateError> {
        self.count(text.len())?;
        if out.len() + text.len() > MOST_BYTES {
            return Err(too_long());
        }
        out.push_str(text);
        Ok(())
    }

    fn block(&mut self, block: &Block, out: &mut String) -> Result<Flow, TemplateError> {
        for node in block {
            self.step()?;
            let flow = match node {
                Node::Text(text) => {
                    self.write(text, out)?;
                    Flow::Next
                }
                Node::Reference(reference) => {
                    let text = self.shown(reference)?;
                    self.write(&text, out)?;
                    Flow::Next
                }
                Node::Set { target, value } => {
                    let value = self.evaluate(value)?;
                    self.set(target, value)?;
                    Flow::Next
                }
                Node::If { branches, otherwise } => self.condition(branches, otherwise, out)?,
                Node::Foreach { name, items, body } => self.foreach(name, items, body, out)?,
                Node::Break => Flow::Break,
                Node::Stop => Flow::Stop,
            };
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    /// A variable that is not there is shown as it is written; a property that is not there, as nothing.
    fn shown(&mut self, reference: &Reference) -> Result<String, TemplateError> {
        if !self.scope.contains_key(&reference.name) {
            return Ok(reference.source.clone());
        }
        match self.resolve(reference)? {
            Value::Null => Ok(String::new()),
            value => value.to_text(),
        }
    }

    fn condition(
        &mut self,
        branches: &[(Expression, Block)],
        otherwise: &Block,
        out: &mut String,
    ) -> Result<Flow, TemplateError> {
        for (condition, block) in branches {
            if self.evaluate(condition)?.is_true() {
                return self.block(block, out);
            }
        }
        self.block(otherwise, out)
    }

    fn foreach(
        &mut self,
        name: &str,
        items: &Expression,
        body: &Block,
        out: &mut String,
    ) -> Result<Flow, TemplateError> {
        let items = methods::items(&self.evaluate(items)?);
        if items.len() > MOST_ITERATIONS {
            return Err(TemplateError(format!("a #foreach has more than {MOST_ITERATIONS} iterations")));
        }
        let of_before = ["foreach", "velocityCount", name].map(|name| (name, self.scope.get(name).cloned()));
        let parent = self.scope.get("foreach").cloned().unwrap_or(Value::Null);
        let count = items.len();
        let mut flow = Flow::Next;
        for (index, item) in items.into_iter().enumerate() {
            self.step()?;
            self.scope.insert(name.to_owned(), item);
            let number = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
            let state = [
                ("index", number(index)),
                ("count", number(index + 1)),
                ("hasNext", Value::Bool(index + 1 < count)),
                ("first", Value::Bool(index == 0)),
                ("last", Value::Bool(index + 1 == count)),
                ("parent", parent.clone()),
            ];
            let state = Value::map(state.map(|(name, value)| (name.to_owned(), value)));
            self.scope.insert("foreach".to_owned(), state);
            self.scope.insert("velocityCount".to_owned(), number(index + 1));
            match self.block(body, out)? {
                Flow::Next => {}
                Flow::Break => break,
                Flow::Stop => {
                    flow = Flow::Stop;
                    break;
                }
            }
        }
        for (name, value) in of_before {
            match value {
                Some(value) => self.scope.insert(name.to_owned(), value),
                None => self.scope.remove(name),
            };
        }
        Ok(flow)
    }

    fn set(&mut self, target: &Reference, value: Value) -> Result<(), TemplateError> {
        let Some((last, steps)) = target.steps.split_last() else {
            self.scope.insert(target.name.clone(), value);
            return Ok(());
        };
        let holder = self.walk(&target.name, steps)?;
        let key = match last {
            Step::Property(name) => Value::text(name.as_str()),
            Step::Index(index) => self.evaluate(index)?,
            Step::Call(..) => return Ok(()),
        };
        methods::put(&holder, &key, value)
    }

    fn resolve(&mut self, reference: &Reference) -> Result<Value, TemplateError> {
        self.walk(&reference.name, &reference.steps)
    }

    fn walk(&mut self, name: &str, steps: &[Step]) -> Result<Value, TemplateError> {
        let mut value = self.scope.get(name).cloned().unwrap_or(Value::Null);
        for step in steps {
            self.step()?;
            value = match step {
                Step::Property(name) => methods::property(&value, name),
                Step::Index(index) => {
                    let index = self.evaluate(index)?;
                    methods::at(&value, &index)?
                }
                Step::Call(name, arguments) => {
                    let arguments: Vec<Value> =
                        arguments.iter().map(|argument| self.evaluate(argument)).collect::<Result<_, _>>()?;
                    let result = methods::call(&value, name, &arguments)?;
                    if let Value::Text(text) = &result {
                        self.count(text.len())?;
                    }
                    result
                }
            };
        }
        Ok(value)
    }

    fn evaluate(&mut self, expression: &Expression) -> Result<Value, TemplateError> {
        self.step()?;
        Ok(match expression {
            Expression::Null => Value::Null,
            Expression::Bool(truth) => Value::Bool(*truth),
            Expression::Int(integer) => Value::Int(*integer),
            Expression::Float(number) => Value::Float(*number),
            Expression::Text(text) => Value::text(text.as_str()),
            Expression::Interpolated(block) => {
                let mut text = String::new();
                self.block(block, &mut text)?;
                Value::text(text)
            }
            Expression::List(items) => {
                Value::list(items.iter().map(|item| self.evaluate(item)).collect::<Result<_, _>>()?)
            }
            Expression::Range(first, last) => {
                let (first, last) = (self.evaluate(first)?, self.evaluate(last)?);
                operators::range(&first, &last, MOST_ITERATIONS)?
            }
            Expression::Map(entries) => {
                let mut map = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    map.push((self.evaluate(key)?.to_text()?, self.evaluate(value)?));
                }
                Value::map(map)
            }
            Expression::Reference(reference) => self.resolve(reference)?,
            Expression::Not(inner) => Value::Bool(!self.evaluate(inner)?.is_true()),
            Expression::Negative(inner) => {
                let inner = self.evaluate(inner)?;
                operators::apply(Operator::Subtract, &Value::Int(0), &inner)?
            }
            Expression::Binary(Operator::And, left, right) => {
                Value::Bool(self.evaluate(left)?.is_true() && self.evaluate(right)?.is_true())
            }
            Expression::Binary(Operator::Or, left, right) => {
                Value::Bool(self.evaluate(left)?.is_true() || self.evaluate(right)?.is_true())
            }
            Expression::Binary(operator, left, right) => {
                let (left, right) = (self.evaluate(left)?, self.evaluate(right)?);
                let result = operators::apply(*operator, &left, &right)?;
                if let Value::Text(text) = &result {
                    self.count(text.len())?;
                }
                result
            }
        })
    }
}
