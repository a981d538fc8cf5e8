//! Resources: what they share, whatever their type.

use std::marker::PhantomData;

use serde_json::{Map, Value as Json, json};

use crate::change::{CreationPolicy, UpdatePolicy};
use crate::check::Judgement;
use crate::condition::ConditionHandle;
use crate::value::{Properties, Value};

/// A resource with all its required properties, ready for [`Template::add`](crate::Template::add).
#[diagnostic::on_unimplemented(message = "`{Self}` is not a complete resource")]
pub trait Resource: Attributes {
    /// What handles are typed by.
    type Kind;
}

/// A marker of a required property that was given.
pub struct Given;

/// Whether a required property was given; its name is the type's.
#[diagnostic::on_unimplemented(
    message = "a required property is missing: `{Self}`",
    label = "this needs `{Self}`",
    note = "call the setter of the same name"
)]
pub trait IsGiven {}

impl IsGiven for Given {}

/// The attributes that CloudFormation gives to every resource, beside its properties.
pub trait Attributes: Sized {
    #[doc(hidden)]
    fn body(&mut self) -> &mut Body;
    #[doc(hidden)]
    fn into_body(self) -> Body;

    /// The resource as it stands in the template.
    #[must_use]
    fn to_json(&mut self) -> Json {
        self.body().to_json()
    }

    /// `DependsOn`, where no property refers to the other resource. May be called again.
    #[must_use]
    fn depends_on<R>(mut self, other: &Handle<R>) -> Self {
        self.body().depends_on.push(other.id.clone());
        self
    }

    /// `Condition`: the resource exists only where it holds.
    #[must_use]
    fn condition(mut self, condition: &ConditionHandle) -> Self {
        self.body().condition = Some(condition.id().to_owned());
        self
    }

    /// `DeletionPolicy` and `UpdateReplacePolicy`: the thing outlives the stack, and its own replacement; only
    /// what a failed first deployment made goes with it, as it is empty and in the way of the second.
    #[must_use]
    fn retain(self) -> Self {
        self.deletion_policy(DeletionPolicy::RetainExceptOnCreate)
            .update_replace_policy(DeletionPolicy::Retain)
    }

    /// What happens to the thing when the resource leaves the template or the stack is deleted.
    #[must_use]
    fn deletion_policy(mut self, policy: DeletionPolicy) -> Self {
        self.body().deletion_policy = Some(policy);
        self
    }

    /// What happens to the thing when an update puts a new one in its place.
    #[must_use]
    fn update_replace_policy(mut self, policy: DeletionPolicy) -> Self {
        self.body().update_replace_policy = Some(policy);
        self
    }

    /// `CreationPolicy`: when it counts as made.
    #[must_use]
    fn creation_policy(mut self, policy: CreationPolicy) -> Self {
        self.body().creation_policy = Some(policy);
        self
    }

    /// `UpdatePolicy`: how an update changes it.
    #[must_use]
    fn update_policy(mut self, policy: UpdatePolicy) -> Self {
        self.body().update_policy = Some(policy);
        self
    }

    /// `Metadata`: any JSON under a key, for tools.
    #[must_use]
    fn metadata(mut self, key: &str, value: Json) -> Self {
        self.body().metadata.insert(key.to_owned(), value);
        self
    }

    /// Records beside the resource why a judgement of [`check`](crate::check) does not apply to it.
    #[must_use]
    fn accept(mut self, judgement: Judgement, reason: &str) -> Self {
        let accepted = self.body().metadata.entry("Accepted").or_insert_with(|| json!({}));
        accepted[judgement.name()] = json!(reason);
        self
    }

    /// Records beside the resource why a finding of checkov (`CKV_AWS_116`) does not apply to it.
    #[must_use]
    fn accept_checkov(mut self, id: &str, reason: &str) -> Self {
        let checkov = self.body().metadata.entry("checkov").or_insert_with(|| json!({ "skip": [] }));
        if let Some(skip) = checkov["skip"].as_array_mut() {
            skip.push(json!({ "id": id, "comment": reason }));
        }
        self
    }

    /// Records beside the resource why a rule of cfn-guard (`CT.S3.PR.10`) does not apply to it.
    #[must_use]
    fn accept_guard(mut self, id: &str, reason: &str) -> Self {
        let guard = self.body().metadata.entry("guard").or_insert_with(|| json!({ "SuppressedRules": [] }));
        if let Some(suppressed) = guard["SuppressedRules"].as_array_mut() {
            suppressed.push(json!(id));
        }
        guard["Reasons"][id] = json!(reason);
        self
    }

    /// Records beside the resource why a rule of cfn-lint (`W3002`) does not apply to it.
    #[must_use]
    fn accept_cfn_lint(mut self, id: &str, reason: &str) -> Self {
        let metadata = &mut self.body().metadata;
        let lint = metadata.entry("cfn-lint").or_insert_with(|| json!({ "config": { "ignore_checks": [] } }));
        if let Some(ignored) = lint["config"]["ignore_checks"].as_array_mut() {
            ignored.push(json!(id));
        }
        lint["reasons"][id] = json!(reason);
        self
    }
}

/// What becomes of the thing behind a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// It is deleted.
    Delete,
    /// It stays, outside of any stack.
    Retain,
    /// It is deleted if its creation was rolled back, and stays otherwise.
    RetainExceptOnCreate,
    /// It is deleted after a snapshot; for the few types that have one.
    Snapshot,
}

impl DeletionPolicy {
    fn name(self) -> &'static str {
        match self {
            Self::Delete => "Delete",
            Self::Retain => "Retain",
            Self::RetainExceptOnCreate => "RetainExceptOnCreate",
            Self::Snapshot => "Snapshot",
        }
    }
}

/// A resource's definition while it is being written.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Body {
    pub(crate) kind: String,
    pub(crate) properties: Properties,
    depends_on: Vec<String>,
    condition: Option<String>,
    deletion_policy: Option<DeletionPolicy>,
    update_replace_policy: Option<DeletionPolicy>,
    creation_policy: Option<CreationPolicy>,
    update_policy: Option<UpdatePolicy>,
    metadata: Map<String, Json>,
}

impl Body {
    pub(crate) fn new(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            properties: Properties::default(),
            depends_on: Vec::new(),
            condition: None,
            deletion_policy: None,
            update_replace_policy: None,
            creation_policy: None,
            update_policy: None,
            metadata: Map::new(),
        }
    }

    pub(crate) fn set<T>(&mut self, name: &str, value: Value<T>) {
        self.properties.set(name, value);
    }

    #[allow(dead_code, reason = "for the generated types, of which there may be none")]
    pub(crate) fn with<T>(mut self, name: &str, value: Value<T>) -> Self {
        self.set(name, value);
        self
    }

    /// In the order in which a person reads it: what it is, when it exists, what it is made of.
    pub(crate) fn to_json(&self) -> Json {
        let mut json = Map::new();
        json.insert("Type".into(), json!(self.kind));
        if let Some(condition) = &self.condition {
            json.insert("Condition".into(), json!(condition));
        }
        if !self.depends_on.is_empty() {
            json.insert("DependsOn".into(), json!(self.depends_on));
        }
        if let Some(policy) = self.deletion_policy {
            json.insert("DeletionPolicy".into(), json!(policy.name()));
        }
        if let Some(policy) = self.update_replace_policy {
            json.insert("UpdateReplacePolicy".into(), json!(policy.name()));
        }
        if let Some(policy) = &self.creation_policy {
            json.insert("CreationPolicy".into(), policy.0.clone());
        }
        if let Some(policy) = &self.update_policy {
            json.insert("UpdatePolicy".into(), policy.0.clone());
        }
        if !self.metadata.is_empty() {
            json.insert("Metadata".into(), Json::Object(self.metadata.clone()));
        }
        if !self.properties.0.is_empty() {
            json.insert("Properties".into(), Json::Object(self.properties.0.clone()));
        }
        Json::Object(json)
    }
}

/// A resource of the template, to be passed where another one refers to it.
///
/// Each type's attributes are methods: `table.arn()`, `api.graphql_url()`.
#[derive(Debug)]
pub struct Handle<R> {
    id: String,
    kind: PhantomData<fn() -> R>,
}

impl<R> Clone for Handle<R> {
    fn clone(&self) -> Self {
        Self::new(&self.id)
    }
}

impl<R> Handle<R> {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), kind: PhantomData }
    }

    /// The logical id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn reference<T>(&self) -> Value<T> {
        Value::intrinsic("Ref", json!(self.id))
    }

    pub(crate) fn get_att<T>(&self, attribute: &str) -> Value<T> {
        Value::intrinsic("Fn::GetAtt", json!([self.id, attribute]))
    }
}

/// A resource of a type that the specification lacks, or a custom resource; its properties are unchecked.
#[derive(Clone, Debug)]
#[must_use]
pub struct Raw(Body);

impl Raw {
    /// A resource of this type, such as `Custom::Seed`.
    pub fn new(cloudformation_type: &str) -> Self {
        Self(Body::new(cloudformation_type))
    }

    /// A property, as JSON or as a value of any type.
    pub fn property<T>(mut self, name: &str, value: impl Into<Value<T>>) -> Self {
        self.0.set(name, value.into());
        self
    }
}

impl Attributes for Raw {
    fn body(&mut self) -> &mut Body {
        &mut self.0
    }

    fn into_body(self) -> Body {
        self.0
    }
}

impl Resource for Raw {
    type Kind = Raw;
}

impl Handle<Raw> {
    /// `Ref`.
    #[must_use]
    pub fn ref_(&self) -> Value<String> {
        self.reference()
    }

    /// `Fn::GetAtt`, unchecked.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Value<String> {
        self.get_att(name)
    }
}
