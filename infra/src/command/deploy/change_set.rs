//! A change set: what AWS says it will do.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use cfn::specification::{self, Replacement};
use serde_json::{Value as Json, json};

use super::super::aws::Account;
use super::super::diff::Difference;
use super::super::failure::Failure;
use super::super::package::Packaged;
use super::super::stack::Stack;
use super::super::terminal::{self, safe_line};
use super::parameters::{self, Values};
use super::{Arguments, events};

/// The longest template that can be sent; a longer one goes through S3.
const INLINE_BYTES: usize = 51_200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(1500);

/// A change set that can be executed.
pub(super) struct ChangeSet {
    account: Account,
    id: String,
    pub(super) stack_id: String,
    /// The stack is there for this change set only.
    is_creation: bool,
    pub(super) changes: Vec<Json>,
}

impl ChangeSet {
    /// Has AWS make it; `None` if it changes nothing.
    pub(super) fn make(
        arguments: &Arguments,
        packaged: &Packaged,
        values: &Values,
        stack: Option<&Stack>,
    ) -> Result<Option<Self>, Failure> {
        let account = &arguments.which.account;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
        let mut request = json!({
            "StackName": arguments.which.stack_name,
            "ChangeSetName": format!("infra-{now}"),
            "ChangeSetType": if stack.is_some() { "UPDATE" } else { "CREATE" },
            "Capabilities": arguments.capabilities,
            "Parameters": parameters::to_json(values),
        });
        let tags = arguments.tags.iter().map(|(name, value)| json!({ "Key": name, "Value": value }));
        if !arguments.tags.is_empty() {
            request["Tags"] = tags.collect();
        }
        let text = packaged.json.to_string();
        match &packaged.bucket {
            Some(bucket) => request["TemplateURL"] = json!(bucket.put_template(&text)?),
            None if text.len() <= INLINE_BYTES => request["TemplateBody"] = json!(text),
            None => {
                let bytes = text.len();
                return Err(format!(
                    "the template has {bytes} bytes; above {INLINE_BYTES} it goes through S3: give a --bucket"
                )
                .into());
            }
        }
        let made = account.request(&["cloudformation", "create-change-set"], &request)?;
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        let change_set = Self {
            account: account.clone(),
            id: text(&made["Id"]),
            stack_id: text(&made["StackId"]),
            is_creation: stack.is_none(),
            changes: Vec::new(),
        };
        change_set.wait()
    }

    fn wait(mut self) -> Result<Option<Self>, Failure> {
        loop {
            let mut described = self.account.call(&[
                "cloudformation",
                "describe-change-set",
                "--change-set-name",
                &self.id,
            ])?;
            match described["Status"].as_str() {
                Some("CREATE_COMPLETE") => {
                    if let Json::Array(changes) = described["Changes"].take() {
                        self.changes = changes;
                    }
                    return Ok(Some(self));
                }
                Some("FAILED") => {
                    let reason = described["StatusReason"].as_str().unwrap_or("AWS gives no reason");
                    if reason.contains("didn't contain changes") || reason.contains("No updates are to be") {
                        self.discard()?;
                        return Ok(None);
                    }
                    let found =
                        events::validation(&self.account, &["--change-set-name", &self.id], &BTreeMap::new());
                    self.discard()?;
                    let found = if found.is_empty() { found } else { format!("\n{found}") };
                    return Err(Failure::refused(format!("AWS made no change set: {reason}{found}")));
                }
                _ => sleep(BETWEEN_LOOKS),
            }
        }
    }

    /// Takes it away, with the empty stack that was there for it.
    pub(super) fn discard(&self) -> Result<(), Failure> {
        self.account.call(&["cloudformation", "delete-change-set", "--change-set-name", &self.id])?;
        if self.is_creation {
            // Unless somebody else has made something of it meanwhile.
            let id = ["--stack-name", &self.stack_id];
            let found = self.account.call(&[&["cloudformation", "describe-stacks"], &id[..]].concat())?;
            if found["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS" {
                self.account.call(&[&["cloudformation", "delete-stack"], &id[..]].concat())?;
            }
        }
        Ok(())
    }

    pub(super) fn execute(&self) -> Result<(), Failure> {
        self.account.call(&["cloudformation", "execute-change-set", "--change-set-name", &self.id])?;
        Ok(())
    }

    /// What AWS will do, in words.
    pub(super) fn text(&self, difference: &Difference) -> String {
        let paint = terminal::out();
        let mut text = format!("{}\n", paint.bold("What AWS will do"));
        if self.is_creation {
            for (kind, ids) in self.by_type() {
                text.push_str(&format!("  {} {kind}: {}\n", paint.green("+ create"), ids.join(", ")));
            }
            return text;
        }
        let mut following = 0;
        for change in self.changes.iter().map(|change| &change["ResourceChange"]) {
            let name = format!("{} ({})", word(&change["LogicalResourceId"]), word(&change["ResourceType"]));
            let id = change["LogicalResourceId"].as_str().unwrap_or_default();
            let is_lost = self.is_lost(id, difference, &mut Vec::new());
            let line = match (change["Action"].as_str(), change["Replacement"].as_str()) {
                (Some("Add"), _) => format!("{} {name}", paint.green("+ create")),
                (Some("Remove"), _) => format!("{} {name}", paint.yellow("- remove")),
                (Some("Import"), _) => format!("{} {name}", paint.green("+ import")),
                (_, Some("True")) => format!("{} {name}{}", paint.yellow("± replace"), properties(change)),
                _ if is_lost => {
                    format!("{} {name}{}", paint.yellow("± update, or replace"), properties(change))
                }
                _ if is_following(change) => {
                    following += 1;
                    continue;
                }
                _ => format!("~ update {name}{}", properties(change)),
            };
            text.push_str(&format!("  {line}\n"));
        }
        if following > 0 {
            let line = format!("  and looks whether {following} that refer to these have to follow");
            text.push_str(&format!("{}\n", paint.dim(&line)));
        }
        text
    }

    fn by_type(&self) -> BTreeMap<String, Vec<String>> {
        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for change in self.changes.iter().map(|change| &change["ResourceChange"]) {
            ids.entry(word(&change["ResourceType"])).or_default().push(word(&change["LogicalResourceId"]));
        }
        ids
    }

    /// Refuses what AWS says of data, beyond what the templates tell: parameters change things, too.
    pub(super) fn refuse_loss(&self, difference: &Difference, allowed: &[String]) -> Result<(), Failure> {
        let ids: Vec<&str> = (self.changes.iter().map(|change| &change["ResourceChange"]))
            .filter(|change| change["ResourceType"].as_str().is_some_and(specification::is_stateful))
            .filter_map(|change| change["LogicalResourceId"].as_str())
            .filter(|id| self.is_lost(id, difference, &mut Vec::new()))
            .filter(|id| !allowed.iter().any(|allowed| allowed == id))
            .collect();
        if ids.is_empty() { Ok(()) } else { Err(super::refusal(&ids)) }
    }

    /// Whether the resource as it is may be gone afterwards.
    fn is_lost<'a>(&'a self, id: &'a str, difference: &Difference, asked: &mut Vec<&'a str>) -> bool {
        let mut changes = self.changes.iter().map(|change| &change["ResourceChange"]);
        let Some(change) = changes.find(|change| change["LogicalResourceId"] == id) else { return false };
        match (change["Action"].as_str(), change["Replacement"].as_str()) {
            (Some("Remove"), _) | (_, Some("True")) => true,
            (_, Some("Conditional")) if asked.contains(&id) => false,
            (_, Some("Conditional")) => {
                asked.push(id);
                let kind = change["ResourceType"].as_str().unwrap_or_default();
                let mut replacing = details(change).filter(|detail| may_replace(kind, detail));
                // Without a word of AWS on what it depends on, it counts as lost.
                details(change).next().is_none()
                    || replacing.any(|detail| match detail["ChangeSource"].as_str() {
                        // AWS does not say which values make the difference; the templates may.
                        Some("DirectModification") => !difference.is_harmless(id),
                        // An id stays what it is, unless its resource is another one. AWS does not assume so.
                        Some("ResourceReference" | "ResourceAttribute") => {
                            let cause = detail["CausingEntity"].as_str().unwrap_or_default();
                            self.is_lost(cause.split('.').next().unwrap_or_default(), difference, asked)
                        }
                        _ => true,
                    })
            }
            _ => false,
        }
    }
}

fn details(change: &Json) -> impl Iterator<Item = &Json> {
    change["Details"].as_array().into_iter().flatten()
}

/// Whether what AWS says of a property may make another resource of it. Where AWS leaves it open and no data is
/// at stake, the specification decides.
fn may_replace(kind: &str, detail: &Json) -> bool {
    let target = &detail["Target"];
    match target["RequiresRecreation"].as_str() {
        Some("Always") => true,
        Some("Conditionally") if specification::is_stateful(kind) => true,
        Some("Conditionally") => {
            let property = specification::property(kind, target["Name"].as_str().unwrap_or_default());
            property.is_none_or(|property| property.replacement != Replacement::Never)
        }
        _ => false,
    }
}

/// It is touched only because something that it refers to is.
fn is_following(change: &Json) -> bool {
    let mut sources = details(change).map(|detail| detail["ChangeSource"].as_str()).peekable();
    change["Action"] == "Modify"
        && sources.peek().is_some()
        && sources.all(|source| matches!(source, Some("ResourceReference" | "ResourceAttribute")))
}

fn word(value: &Json) -> String {
    safe_line(value.as_str().unwrap_or("?"))
}

/// The properties that make the change, or what they follow.
fn properties(change: &Json) -> String {
    let mut names: Vec<String> = Vec::new();
    for detail in details(change) {
        let target = &detail["Target"];
        let name = target["Name"].as_str().or(target["Attribute"].as_str()).unwrap_or_default();
        let name = match detail["CausingEntity"].as_str() {
            Some(cause) => format!("{name} ← {cause}"),
            None => name.to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { String::new() } else { format!(": {}", safe_line(&names.join(", "))) }
}
