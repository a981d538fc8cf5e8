//! Rules: what has to hold between parameters before anything is made.

use serde_json::{Map, Value as Json, json};

use crate::condition::Test;

/// Assertions about parameters, for [`Template::rule`](crate::Template::rule). What CloudFormation evaluates is
/// parameters and literals alone: no resources, no conditions.
///
/// ```
/// use cfn::{Parameter, Rule, Template, condition::{equals, not}};
/// let mut template = Template::new("Photos");
/// let stage = template.parameter("Stage", Parameter::text());
/// let domain = template.parameter("Domain", Parameter::text());
/// template.rule(
///     "ProductionHasADomain",
///     Rule::assert(not(equals(&domain, "")), "Give a Domain.").when(equals(&stage, "production")),
/// );
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Rule {
    condition: Option<Json>,
    assertions: Vec<Json>,
}

impl Rule {
    /// This has to hold; otherwise whoever deploys is told the description.
    pub fn assert(test: impl Into<Test>, description: &str) -> Self {
        Self { condition: None, assertions: Vec::new() }.and(test, description)
    }

    /// And this, too.
    pub fn and(mut self, test: impl Into<Test>, description: &str) -> Self {
        let assertion = json!({ "Assert": test.into().0, "AssertDescription": description });
        self.assertions.push(assertion);
        self
    }

    /// `RuleCondition`: only where this holds.
    pub fn when(mut self, test: impl Into<Test>) -> Self {
        self.condition = Some(test.into().0);
        self
    }

    pub(crate) fn to_json(&self) -> Json {
        let mut json = Map::new();
        if let Some(condition) = &self.condition {
            json.insert("RuleCondition".into(), condition.clone());
        }
        json.insert("Assertions".into(), json!(self.assertions));
        Json::Object(json)
    }
}
