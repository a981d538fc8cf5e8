//! Identity-based policies: may this be done to that, under these circumstances?
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod condition;
mod pattern;

use std::collections::BTreeMap;

use serde_json::Value;

use condition::Condition;
use pattern::{Pattern, arn_like, variables};

/// A policy document, read.
#[derive(Debug, Clone)]
pub struct Policy {
    statements: Vec<Statement>,
}

#[derive(Debug, Clone)]
struct Statement {
    sid: Option<String>,
    is_allow: bool,
    actions: Scope,
    resources: Scope,
    conditions: Vec<Condition>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone)]
enum Scope {
    Of(Vec<String>),
    Not(Vec<String>),
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// As `s3:GetObject`.
    pub action: &'a str,
    /// The ARN of what it is done to, or `*` for actions on nothing in particular.
    pub resource: &'a str,
    /// What conditions and policy variables are about.
    pub circumstances: &'a Circumstances,
}

/// Values of IAM's condition keys, such as `s3:prefix`; their names count without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Circumstances(BTreeMap<String, Vec<String>>);

/// Why something may not be done, in the words of AWS's messages.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// A statement forbids it, whatever others allow.
    #[error("with an explicit deny in an identity-based policy{}", sid.as_ref().map(|sid| format!(" (statement {sid})")).unwrap_or_default())]
    Explicitly {
        /// The statement's name, if it has one.
        sid: Option<String>,
    },
    /// Nothing allows it.
    #[error("because no identity-based policy allows the {action} action")]
    NotAllowed {
        /// As `s3:GetObject`.
        action: String,
    },
}

/// A document that is no policy, or one with something that is not evaluated here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy document cannot be evaluated: {0}")]
pub struct PolicyError(String);

/// A statement that denies wins over all that allow; without one that allows, it is denied.
pub fn decide<'p>(
    policies: impl IntoIterator<Item = &'p Policy>,
    request: Request<'_>,
) -> Result<(), Denied> {
    let mut is_allowed = false;
    let statements = policies.into_iter().flat_map(|policy| &policy.statements);
    for statement in statements.filter(|statement| statement.applies(request)) {
        if !statement.is_allow {
            return Err(Denied::Explicitly { sid: statement.sid.clone() });
        }
        is_allowed = true;
    }
    match is_allowed {
        true => Ok(()),
        false => Err(Denied::NotAllowed { action: request.action.to_owned() }),
    }
}

impl Circumstances {
    /// With one more key; several values make it one of the multivalued keys.
    pub fn with(mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Circumstances {
        self.0.insert(key.to_ascii_lowercase(), values.into_iter().map(Into::into).collect());
        self
    }

    fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
}

impl Policy {
    /// Reads a document as the template has it, with its intrinsics resolved.
    pub fn parse(document: &Value) -> Result<Policy, PolicyError> {
        let statements = match &document["Statement"] {
            Value::Array(statements) => statements.iter().map(Statement::parse).collect::<Result<_, _>>()?,
            statement @ Value::Object(_) => vec![Statement::parse(statement)?],
            _ => return Err(PolicyError("it has no Statement".to_owned())),
        };
        Ok(Policy { statements })
    }

    /// Refuses a statement that would permit more here than at AWS, because it hangs on a condition key without a
    /// value: `has_value` says of which keys a request can ever have one. The error names the statement.
    ///
    /// Statements that permit less for the same reason are let through.
    pub fn only_hangs_on(&self, has_value: impl Fn(&str) -> bool) -> Result<(), PolicyError> {
        let has_value = |key: &str| has_value(&key.to_ascii_lowercase());
        for (at, statement) in self.statements.iter().enumerate() {
            if let Some(key) = statement.widened_without(&has_value) {
                let name = statement.sid.clone().unwrap_or_else(|| format!("{} (it has no Sid)", at + 1));
                return Err(PolicyError(format!(
                    "statement {name} hangs on {key}, which has no value here, so that it would permit more than at \
                     AWS. Say without it what is allowed: by Resource instead of NotResource, by StringEquals \
                     instead of StringNotEquals, on keys that have a value"
                )));
            }
        }
        Ok(())
    }
}

impl Statement {
    fn parse(statement: &Value) -> Result<Statement, PolicyError> {
        let Value::Object(elements) = statement else {
            return Err(PolicyError("a Statement must be an object".to_owned()));
        };
        const KNOWN: [&str; 7] =
            ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
        if let Some(unknown) = elements.keys().find(|key| !KNOWN.contains(&key.as_str())) {
            return Err(PolicyError(format!("{unknown} is not an element of an identity-based policy")));
        }
        let is_allow = match statement["Effect"].as_str() {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => return Err(PolicyError("a statement's Effect must be Allow or Deny".to_owned())),
        };
        let conditions = match &statement["Condition"] {
            Value::Null => Vec::new(),
            conditions => Condition::parse_all(conditions)?,
        };
        Ok(Statement {
            sid: statement["Sid"].as_str().map(str::to_owned),
            is_allow,
            actions: Scope::parse(statement, "Action", "NotAction")?,
            resources: Scope::parse(statement, "Resource", "NotResource")?,
            conditions,
        })
    }

    fn applies(&self, request: Request<'_>) -> bool {
        let circumstances = request.circumstances;
        let is_action = |pattern: &String| {
            let pattern = Pattern::literal_variables(&pattern.to_ascii_lowercase());
            pattern.matches(&request.action.to_ascii_lowercase())
        };
        let is_resource = |pattern: &String| arn_like(pattern, request.resource, circumstances);
        // A variable without a value is like no resource, says AWS, and elsewhere that it makes the statement
        // invalid: nothing is permitted because of it.
        if self.is_allow && self.resources.excepts_without_value(circumstances) {
            return false;
        }
        self.actions.has(is_action)
            && self.resources.has(is_resource)
            && self.conditions.iter().all(|condition| condition.holds(circumstances))
    }

    /// The first key without a value that lets the statement permit more than it would with one.
    fn widened_without<'s>(&'s self, has_value: &dyn Fn(&str) -> bool) -> Option<&'s str> {
        let (Scope::Of(resources) | Scope::Not(resources)) = &self.resources;
        let is_like_more = matches!(self.resources, Scope::Not(_)) == self.is_allow;
        let mut unknown =
            resources.iter().flat_map(|text| variables(text)).filter(|(key, _)| !has_value(key));
        let of_resource = unknown.find(|(_, has_default)| *has_default || is_like_more).map(|(key, _)| key);
        let mut conditions = self.conditions.iter();
        of_resource.or_else(|| conditions.find_map(|condition| condition.unknown(has_value, self.is_allow)))
    }
}

impl Scope {
    fn parse(statement: &Value, name: &str, negated: &str) -> Result<Scope, PolicyError> {
        match (texts(&statement[name]), texts(&statement[negated])) {
            (Some(texts), None) => Ok(Scope::Of(texts)),
            (None, Some(texts)) => Ok(Scope::Not(texts)),
            _ => {
                Err(PolicyError(format!("a statement needs either {name} or {negated}, one text or several")))
            }
        }
    }

    /// Whether something is excepted that a variable without a value names.
    fn excepts_without_value(&self, circumstances: &Circumstances) -> bool {
        match self {
            Scope::Of(_) => false,
            Scope::Not(texts) => texts.iter().any(|text| Pattern::new(text, circumstances).is_none()),
        }
    }

    fn has(&self, is: impl Fn(&String) -> bool) -> bool {
        match self {
            Scope::Of(patterns) => patterns.iter().any(is),
            Scope::Not(patterns) => !patterns.iter().any(is),
        }
    }
}

/// One text or a list of them; numbers and booleans are taken for what they look like.
fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        value => text(value).map(|text| vec![text]),
    }
}

#[cfg(test)]
mod tests;
