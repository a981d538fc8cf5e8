//! Logical ids, and CloudFormation's quotas for a template.
//!
//! Source: "CloudFormation quotas" in the CloudFormation user guide.

use super::problem::{Findings, Level, Problem};
use super::view::{View, entries, keys};

/// How many entries a section may have.
const ENTRIES: [(&str, usize); 4] =
    [("Parameters", 200), ("Mappings", 200), ("Resources", 500), ("Outputs", 200)];
const UPLOADED_BYTES: usize = 1_000_000;
const INLINE_BYTES: usize = 51_200;

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for section in ["Parameters", "Mappings", "Rules", "Conditions", "Resources", "Outputs"] {
        for id in keys(&view.json[section]) {
            if id.is_empty() || id.len() > 255 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                let text = "a logical id has 1 to 255 letters and digits, nothing else: choose another";
                findings.error(id, text);
            }
        }
    }
    if !view.json["Resources"].is_object() {
        findings.error("Resources", "this is no template: it has no `Resources`");
    }
    for id in keys(&view.json["Parameters"]).filter(|id| view.named(id).is_some()) {
        findings.error(id, "a parameter and a resource have the same logical id: rename one");
    }
    for (id, resource) in entries(&view.json["Resources"]) {
        if !resource["Type"].is_string() {
            findings.error(id, "a resource needs a `Type`, such as `AWS::S3::Bucket`: give it");
        }
    }
    for (section, most) in ENTRIES {
        let count = keys(&view.json[section]).count();
        if count > most {
            findings.error(
                section,
                format!("there are {count}, and CloudFormation takes {most}: move some into a nested stack"),
            );
        }
    }
    if let Some(description) = view.json["Description"].as_str().filter(|text| text.len() > 1024) {
        let length = description.len();
        findings.error("Description", format!("it has {length} bytes of at most 1,024: shorten it"));
    }
    for (id, output) in entries(&view.json["Outputs"]) {
        if output["Value"].is_null() {
            findings.error(id, "an output needs a `Value`: give it");
        }
    }
}

/// The size of the text as it is sent to CloudFormation.
pub(super) fn size_of_text(bytes: usize, problems: &mut Vec<Problem>) {
    if bytes > UPLOADED_BYTES {
        let text = format!(
            "the template has {bytes} bytes of at most {UPLOADED_BYTES}: move a part into a nested stack"
        );
        problems.push(Problem::error("Template", text));
    } else if bytes > INLINE_BYTES {
        let text = format!(
            "the template has {bytes} bytes; above {INLINE_BYTES} it has to go through S3: \
             `aws cloudformation deploy --s3-bucket …`"
        );
        problems.push(Problem { level: Level::Note, ..Problem::error("Template", text) });
    }
}
