//! Rules: what has to hold between parameters before anything is made, and the functions that only they have.

use serde_json::{Map, Value as Json, json};

use crate::condition::Test;
use crate::parameter::ParameterHandle;
use crate::value::{List, Value};

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

/// `Fn::Contains`: the value is one of the list.
///
/// ```
/// use cfn::{Parameter, Rule, Template, rule::contains};
/// let mut template = Template::new("Photos");
/// let stage = template.parameter("Stage", Parameter::text());
/// template.rule("KnownStage", Rule::assert(contains(["test", "live"], &stage), "Stage is test or live."));
/// ```
#[must_use]
pub fn contains<T>(list: impl Into<Value<List<T>>>, value: impl Into<Value<T>>) -> Test {
    Test(json!({ "Fn::Contains": [list.into().into_json(), value.into().into_json()] }))
}

/// `Fn::EachMemberEquals`: every item of the list is this value.
#[must_use]
pub fn each_member_equals<T>(list: impl Into<Value<List<T>>>, value: impl Into<Value<T>>) -> Test {
    Test(json!({ "Fn::EachMemberEquals": [list.into().into_json(), value.into().into_json()] }))
}

/// `Fn::EachMemberIn`: every item of the first list is one of the second.
#[must_use]
pub fn each_member_in<T>(list: impl Into<Value<List<T>>>, allowed: impl Into<Value<List<T>>>) -> Test {
    Test(json!({ "Fn::EachMemberIn": [list.into().into_json(), allowed.into().into_json()] }))
}

/// `Fn::RefAll`: the values of all parameters of an AWS-specific type, such as `AWS::EC2::VPC::Id`.
#[must_use]
pub fn ref_all(parameter_type: &str) -> Value<List<String>> {
    Value::intrinsic("Fn::RefAll", json!(parameter_type))
}

/// `Fn::ValueOf`: an attribute of what the parameter names, such as `Tags.Department` of a VPC.
#[must_use]
pub fn value_of<T>(parameter: &ParameterHandle<T>, attribute: &str) -> Value<String> {
    Value::intrinsic("Fn::ValueOf", json!([parameter.id(), attribute]))
}

/// `Fn::ValueOfAll`: an attribute of what the parameters of an AWS-specific type name.
#[must_use]
pub fn value_of_all(parameter_type: &str, attribute: &str) -> Value<List<String>> {
    Value::intrinsic("Fn::ValueOfAll", json!([parameter_type, attribute]))
}
