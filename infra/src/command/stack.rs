//! A deployed stack, as AWS describes it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::aws::Account;
use super::failure::Failure;

/// Which stack.
#[derive(clap::Args, Clone)]
pub(crate) struct Which {
    /// The stack's name
    #[arg(long, value_name = "NAME", default_value = "parlor")]
    pub(crate) stack_name: String,
    #[command(flatten)]
    pub(crate) account: Account,
}

/// A stack.
pub(crate) struct Stack {
    /// Its ARN, by which a deleted stack is still found.
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) status_reason: Option<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) is_protected: bool,
}

impl Which {
    /// The stack, if there is one of this name.
    pub(crate) fn find(&self) -> Result<Option<Stack>, Failure> {
        let name = ["cloudformation", "describe-stacks", "--stack-name", &self.stack_name];
        match self.account.call(&name) {
            Ok(answer) => {
                let stack = Stack::from_json(&answer["Stacks"][0]);
                Ok((stack.status != "DELETE_COMPLETE").then_some(stack))
            }
            Err(refusal) if refusal.text.contains("does not exist") => Ok(None),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// The stack, which has to be there.
    pub(crate) fn get(&self) -> Result<Stack, Failure> {
        self.find()?.ok_or_else(|| {
            let (name, options) = (&self.stack_name, self.account.options());
            format!(
                "there is no stack `{name}` in this account and region: name it with --stack-name \
                 (`aws cloudformation list-stacks{options}` lists them), or `deploy` it"
            )
            .into()
        })
    }

    /// The template that the stack was made of.
    pub(crate) fn template(&self) -> Result<Json, Failure> {
        let name = &self.stack_name;
        let get = ["cloudformation", "get-template", "--stack-name", name, "--template-stage", "Original"];
        match self.account.call(&get)?["TemplateBody"].take() {
            Json::String(text) => serde_json::from_str(&text).map_err(|_| {
                format!("the template of `{name}` is no JSON (YAML?), which cannot be compared").into()
            }),
            json => Ok(json),
        }
    }

    /// The stack's resources: logical id, type, physical id.
    pub(crate) fn resources(&self) -> Result<Vec<[String; 3]>, Failure> {
        let list = ["cloudformation", "list-stack-resources", "--stack-name", &self.stack_name];
        let answer = self.account.call(&list)?;
        let text = |json: &Json, name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let all = answer["StackResourceSummaries"].as_array().into_iter().flatten();
        Ok(all
            .filter(|resource| resource["ResourceStatus"] != "DELETE_COMPLETE")
            .map(|resource| {
                ["LogicalResourceId", "ResourceType", "PhysicalResourceId"].map(|name| text(resource, name))
            })
            .collect())
    }
}

impl Stack {
    fn from_json(json: &Json) -> Self {
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Self {
            id: text("StackId").unwrap_or_default(),
            status: text("StackStatus").unwrap_or_default(),
            status_reason: text("StackStatusReason").filter(|reason| !reason.is_empty()),
            parameters: pairs(&json["Parameters"], "ParameterKey", "ParameterValue"),
            outputs: pairs(&json["Outputs"], "OutputKey", "OutputValue"),
            is_protected: json["EnableTerminationProtection"] == true,
        }
    }
}

/// The stack's outputs in an answer of `describe-stacks`.
pub(crate) fn outputs(answer: &Json) -> BTreeMap<String, String> {
    pairs(&answer["Stacks"][0]["Outputs"], "OutputKey", "OutputValue")
}

fn pairs(list: &Json, key: &str, value: &str) -> BTreeMap<String, String> {
    let text = |json: &Json| json.as_str().map(str::to_owned);
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|item| Some((text(&item[key])?, text(&item[value])?))).collect()
}
