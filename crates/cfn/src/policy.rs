//! IAM policy documents as typed values.

use serde_json::{Map, Value as Json, json};

use crate::action::Action;
use crate::value::{List, Literal, Value};

/// A policy document: its statements, in IAM's language of 2012-10-17.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PolicyDocument {
    statements: Vec<Statement>,
}

impl PolicyDocument {
    /// A document of these statements.
    pub fn new<const N: usize>(statements: [Statement; N]) -> Self {
        Self { statements: statements.into() }
    }

    /// The trust policy of a role for an AWS service, named as in IAM: `lambda.amazonaws.com`.
    pub fn trusting_service(name: &str) -> Self {
        Self::new([Statement::allow(crate::actions!["sts:AssumeRole"]).principal(Principal::service(name))])
    }
}

impl Literal for PolicyDocument {
    fn to_json(&self) -> Json {
        let statements: Vec<Json> = self.statements.iter().map(Statement::to_json).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    }
}

/// A statement: an effect on actions, on resources, for principals, under conditions.
#[derive(Clone, Debug)]
#[must_use]
pub struct Statement {
    sid: Option<String>,
    effect: &'static str,
    actions: Vec<Action>,
    principals: Map<String, Json>,
    resources: Option<Json>,
    conditions: Map<String, Json>,
}

impl Statement {
    /// Allows these actions.
    pub fn allow(actions: impl Into<Vec<Action>>) -> Self {
        Self::with_effect("Allow", actions.into())
    }

    /// Denies these actions, whatever else allows them.
    pub fn deny(actions: impl Into<Vec<Action>>) -> Self {
        Self::with_effect("Deny", actions.into())
    }

    /// `Sid`, letters and digits: a name for the statement, which also says why it is there.
    pub fn sid(mut self, sid: &str) -> Self {
        self.sid = Some(sid.to_owned());
        self
    }

    /// The ARNs it is about.
    pub fn on(mut self, resources: impl Into<Value<List<String>>>) -> Self {
        self.resources = Some(resources.into().into_json());
        self
    }

    /// Who it is about; for trust and resource policies. May be called again for another kind of principal.
    pub fn principal(mut self, principal: Principal) -> Self {
        self.principals.insert(principal.kind.to_owned(), principal.id);
        self
    }

    /// It holds only where the key of the request compares so with one of the values. All conditions of a
    /// statement have to hold.
    pub fn when(mut self, compare: Compare, key: &str, values: impl Into<Value<List<String>>>) -> Self {
        let of_operator = self.conditions.entry(compare.name()).or_insert_with(|| json!({}));
        of_operator[key] = unwrapped(values.into().into_json());
        self
    }

    fn with_effect(effect: &'static str, actions: Vec<Action>) -> Self {
        Self { sid: None, effect, actions, principals: Map::new(), resources: None, conditions: Map::new() }
    }

    pub(crate) fn to_json(&self) -> Json {
        let mut json = Map::new();
        if let Some(sid) = &self.sid {
            json.insert("Sid".into(), json!(sid));
        }
        json.insert("Effect".into(), json!(self.effect));
        if self.principals.get("*").is_some() {
            json.insert("Principal".into(), json!("*"));
        } else if !self.principals.is_empty() {
            json.insert("Principal".into(), Json::Object(self.principals.clone()));
        }
        let actions: Vec<&str> = self.actions.iter().map(Action::name).collect();
        json.insert("Action".into(), unwrapped(json!(actions)));
        if let Some(resources) = &self.resources {
            json.insert("Resource".into(), unwrapped(resources.clone()));
        }
        if !self.conditions.is_empty() {
            json.insert("Condition".into(), Json::Object(self.conditions.clone()));
        }
        Json::Object(json)
    }
}

/// IAM writes a list of one as the one; so do reviewers.
fn unwrapped(list: Json) -> Json {
    match list {
        Json::Array(mut items) if items.len() == 1 => items.remove(0),
        other => other,
    }
}

/// Who a statement is about.
#[derive(Clone, Debug)]
pub struct Principal {
    kind: &'static str,
    id: Json,
}

impl Principal {
    /// An AWS service, such as `lambda.amazonaws.com`.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self { kind: "Service", id: json!(name) }
    }

    /// Whoever an identity provider vouches for, such as `cognito-identity.amazonaws.com`.
    #[must_use]
    pub fn federated(provider: impl Into<Value<String>>) -> Self {
        Self { kind: "Federated", id: provider.into().into_json() }
    }

    /// An account, role or user, by ARN or account id.
    #[must_use]
    pub fn aws(arn: impl Into<Value<String>>) -> Self {
        Self { kind: "AWS", id: arn.into().into_json() }
    }

    /// Everyone. In an `Allow` this makes the resource public, unless a condition narrows it.
    #[must_use]
    pub fn anyone() -> Self {
        Self { kind: "*", id: json!("*") }
    }
}

/// How a condition compares; the operators of IAM's condition element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `StringEquals`
    StringEquals,
    /// `StringNotEquals`
    StringNotEquals,
    /// `StringLike`, with `*` and `?`
    StringLike,
    /// `StringNotLike`, with `*` and `?`
    StringNotLike,
    /// `ArnLike`, with `*` and `?` within each part
    ArnLike,
    /// `ArnEquals`
    ArnEquals,
    /// `Bool`: `true` or `false`, as text
    Bool,
    /// `Null`: `true` if the key is absent
    Null,
    /// `IpAddress`, in CIDR notation
    IpAddress,
    /// `NumericLessThan`
    NumericLessThan,
    /// `NumericLessThanEquals`
    NumericLessThanEquals,
    /// `ForAnyValue:StringEquals`, for keys with several values
    AnyStringEquals,
    /// `ForAnyValue:StringLike`, for keys with several values
    AnyStringLike,
    /// `ForAllValues:StringEquals`, for keys with several values; an absent key passes
    AllStringEquals,
    /// `ForAllValues:StringLike`, for keys with several values; an absent key passes
    AllStringLike,
}

impl Compare {
    fn name(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::ArnLike => "ArnLike",
            Self::ArnEquals => "ArnEquals",
            Self::Bool => "Bool",
            Self::Null => "Null",
            Self::IpAddress => "IpAddress",
            Self::NumericLessThan => "NumericLessThan",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::AnyStringEquals => "ForAnyValue:StringEquals",
            Self::AnyStringLike => "ForAnyValue:StringLike",
            Self::AllStringEquals => "ForAllValues:StringEquals",
            Self::AllStringLike => "ForAllValues:StringLike",
        }
    }
}
