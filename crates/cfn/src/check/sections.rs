//! What CloudFormation itself reads of a template: sections, the attributes of resources, no nulls.

use serde_json::Value as Json;

use super::problem::{Findings, quoted};
use super::view::{View, entries, keys};

const SECTIONS: [&str; 12] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Attributes of resources; the last three are the serverless transform's.
const ATTRIBUTES: [&str; 12] = [
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
    "Connectors",
    "IgnoreGlobals",
    "Version",
];

/// Types that can be kept as a snapshot. Source: "DeletionPolicy attribute" in the CloudFormation user guide.
const SNAPSHOTS: [&str; 9] = [
    "AWS::DocDB::DBCluster",
    "AWS::EC2::Volume",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::Neptune::DBCluster",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::Redshift::Cluster",
    "AWS::RedshiftServerless::Namespace",
];

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for section in keys(view.json).filter(|name| !SECTIONS.contains(name)) {
        findings.error(section, "a template has no such section: rename or remove it");
    }
    for resource in view.all() {
        for name in keys(resource.json).filter(|name| !ATTRIBUTES.contains(name) && !name.starts_with("Fn::"))
        {
            findings.error(
                resource.id,
                format!(
                    "a resource has no attribute `{name}`: if it is a property, put it into `Properties`"
                ),
            );
        }
        for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let Json::String(policy) = &resource.json[name] else {
                continue;
            };
            let is_one = match policy.as_str() {
                "Delete" | "Retain" => true,
                "RetainExceptOnCreate" => name == "DeletionPolicy",
                "Snapshot" => SNAPSHOTS.contains(&resource.kind) || !resource.kind.starts_with("AWS::"),
                _ => false,
            };
            if !is_one {
                let value = quoted(&resource.json[name]);
                findings.error(
                    resource.id,
                    format!(
                        "`{name}` is {value}, which an `{}` does not take: write `Retain` or `Delete`",
                        resource.kind
                    ),
                );
            }
        }
    }
    for section in ["Parameters", "Mappings", "Rules", "Conditions", "Resources", "Outputs"] {
        for (about, entry) in entries(&view.json[section]) {
            if let Some(path) = null(entry) {
                findings
                    .error(about, format!("`{path}` is null, which CloudFormation refuses: leave it out"));
            }
        }
    }
}

/// Where the first null is.
fn null(json: &Json) -> Option<String> {
    let inside = |name: String, value: &Json| match value {
        Json::Null => Some(name),
        value => null(value).map(|path| format!("{name}.{path}")),
    };
    match json {
        Json::Array(items) => items.iter().enumerate().find_map(|(at, item)| inside(at.to_string(), item)),
        Json::Object(object) => object.iter().find_map(|(name, value)| inside(name.clone(), value)),
        _ => None,
    }
}
