//! Who calls, reads, writes and triggers whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::owner::Owners;
use super::{Edge, Node, Resources, service};
use crate::check::view::entries;

/// What is known of one node and another; what says most comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    /// By a function's permission, which does not say why.
    Invokes,
    Verb(&'static str),
    /// By IAM; what each action does.
    May(BTreeSet<Does>),
    /// So many resolvers or routes lead there.
    Count(usize, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    Read,
    Write,
    Invoke,
    Send,
}

/// What is told to a thing, and says nothing of whom it calls: a role's grants do.
const SETTINGS: [&str; 6] =
    ["BuildSpec", "CallbackURLs", "Environment", "EnvironmentVariables", "LogoutURLs", "Role"];

struct Found<'a> {
    owners: &'a Owners<'a>,
    /// In the order in which they were found.
    pairs: Vec<(&'a str, &'a str)>,
    said: BTreeMap<(&'a str, &'a str), Said>,
}

impl<'a> Found<'a> {
    fn add(&mut self, from: &str, to: &str, said: Said) {
        let (Some(&from), Some(&to)) = (self.owners.get(from), self.owners.get(to)) else { return };
        if from == to {
            return;
        }
        let pair = (from, to);
        match self.said.get_mut(&pair) {
            None => {
                self.pairs.push(pair);
                self.said.insert(pair, said);
            }
            Some(known) => match (known, said) {
                (Said::Count(count, _), Said::Count(more, _)) => *count += more,
                (Said::May(does), Said::May(more)) => does.extend(more),
                (known, said) if *known < said => *known = said,
                _ => {}
            },
        }
    }
}

/// Every reference, between resources that are all shown.
pub(super) fn all(resources: &Resources<'_>, nodes: &[Node]) -> Vec<Edge> {
    let at = positions(nodes);
    let mut edges = Vec::new();
    for id in resources.ids() {
        for other in resources.references(id) {
            edges.push(Edge { from: at[id], to: at[other], label: String::new() });
        }
    }
    edges
}

/// What a reader wants to know, between the nodes that are shown.
pub(super) fn main(resources: &Resources<'_>, owners: &Owners<'_>, nodes: &[Node]) -> Vec<Edge> {
    let mut found = Found { owners, pairs: Vec::new(), said: BTreeMap::new() };
    for id in resources.ids() {
        let kind = resources.kind(id);
        let properties = &resources.get(id)["Properties"];
        match kind.trim_start_matches("AWS::") {
            "IAM::Role" | "IAM::ManagedPolicy" | "IAM::Policy" => {
                grants(resources, id, properties, &mut found)
            }
            "AppSync::Resolver" => resolver(resources, id, properties, &mut found),
            "ApiGateway::Method" => {
                let methods = Said::Count(1, "route");
                link(resources, id, &properties["Integration"]["Uri"], &methods, &mut found);
            }
            "ApiGatewayV2::Route" => {
                for integration in resources.mentioned_in(&properties["Target"]) {
                    let uri = &resources.get(integration)["Properties"]["IntegrationUri"];
                    link(resources, id, uri, &Said::Count(1, "route"), &mut found);
                }
            }
            "ApiGateway::Authorizer" | "ApiGatewayV2::Authorizer" => {
                link(resources, id, properties, &Said::Verb("authorizes by"), &mut found);
            }
            "Lambda::Permission" => {
                for source in resources.mentioned_in(&properties["SourceArn"]) {
                    found.add(source, id, Said::Invokes);
                }
            }
            "Lambda::EventSourceMapping" => {
                for source in resources.mentioned_in(&properties["EventSourceArn"]) {
                    found.add(source, id, Said::Verb("streams to"));
                }
            }
            // Whom a policy of a resource lets in.
            "S3::BucketPolicy" | "SQS::QueuePolicy" | "SNS::TopicPolicy" => {
                for other in resources.references(id) {
                    found.add(other, id, Said::Verb("reads"));
                }
            }
            "CloudFront::Distribution" => {
                let config = &properties["DistributionConfig"];
                links(resources, id, config, &["Logging"], &mut found);
                link(resources, id, &config["Logging"], &Said::Verb("logs to"), &mut found);
            }
            "S3::Bucket" => {
                let notifications = &properties["NotificationConfiguration"];
                link(resources, id, notifications, &Said::Verb("notifies"), &mut found);
                link(resources, id, &properties["LoggingConfiguration"], &Said::Verb("logs to"), &mut found);
            }
            // What it watches would be nearly everything.
            "CloudWatch::Alarm" | "CloudWatch::CompositeAlarm" => {
                let notified = Said::Verb("notifies");
                link(resources, id, &properties["AlarmActions"], &notified, &mut found);
            }
            "CloudWatch::Dashboard" | "Logs::LogGroup" | "Lambda::Alias" | "AppSync::DataSource" => {}
            _ => links(resources, id, properties, &SETTINGS, &mut found),
        }
    }
    let at = positions(nodes);
    // Between types whose ways are known, a mere reference is a setting.
    let is_known = |id: &str| service::is_known(resources.kind(id));
    found.pairs.retain(|pair| found.said[pair] != Said::Nothing || !is_known(pair.0) || !is_known(pair.1));
    let edge =
        |pair: (&str, &str)| Edge { from: at[pair.0], to: at[pair.1], label: text(&found.said[&pair]) };
    found.pairs.iter().map(|pair| edge(*pair)).collect()
}

/// What a role, or a policy of one, may do with resources.
fn grants<'a>(resources: &Resources<'a>, id: &str, properties: &'a Json, found: &mut Found<'_>) {
    let inline = properties["Policies"].as_array().into_iter().flatten();
    let documents = inline.map(|policy| &policy["PolicyDocument"]).chain([&properties["PolicyDocument"]]);
    for statement in documents.flat_map(|document| document["Statement"].as_array().into_iter().flatten()) {
        if statement["Effect"] != "Allow" {
            continue;
        }
        let actions: Vec<&str> = match &statement["Action"] {
            Json::String(action) => vec![action],
            Json::Array(actions) => actions.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let does: BTreeSet<Does> = actions.into_iter().filter_map(does).collect();
        if does.is_empty() {
            continue;
        }
        for target in resources.mentioned_in(&statement["Resource"]) {
            found.add(id, target, Said::May(does.clone()));
        }
    }
}

fn does(action: &str) -> Option<Does> {
    let (service, name) = action.split_once(':')?;
    let starts = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    match service {
        // What everything does.
        "logs" | "xray" | "sts" | "kms" => None,
        // An event source mapping tells of it.
        "dynamodb" if name.contains("Stream") || starts(&["GetRecords", "GetShardIterator"]) => None,
        "sqs" if starts(&["ReceiveMessage", "DeleteMessage", "GetQueue", "ChangeMessage"]) => None,
        _ if starts(&["Invoke", "Start", "Execute"]) => Some(Does::Invoke),
        _ if starts(&["Send", "Publish", "PutEvents", "ManageConnections", "PostToConnection"]) => {
            Some(Does::Send)
        }
        "appsync" if name == "GraphQL" => Some(Does::Invoke),
        _ if starts(&["Get", "List", "Query", "Scan", "BatchGet", "Describe", "Head", "ConditionCheck"]) => {
            Some(Does::Read)
        }
        _ => Some(Does::Write),
    }
}

/// From an API to what its data source reads: counted, as there is one for each field.
fn resolver<'a>(resources: &Resources<'a>, id: &str, properties: &'a Json, found: &mut Found<'_>) {
    let functions = resources.mentioned_in(&properties["PipelineConfig"]);
    let of_functions = functions.iter().map(|id| &resources.get(id)["Properties"]["DataSourceName"]);
    let sources: BTreeSet<&str> = of_functions
        .chain([&properties["DataSourceName"]])
        .flat_map(|name| resources.mentioned_in(name))
        .collect();
    for source in sources {
        let properties = &resources.get(source)["Properties"];
        let configured = entries(properties).filter(|(key, _)| key.ends_with("Config"));
        for target in configured.flat_map(|(_, config)| resources.mentioned_in(config)) {
            found.add(id, target, Said::Count(1, "resolver"));
        }
    }
}

fn link<'a>(resources: &Resources<'a>, id: &str, value: &'a Json, said: &Said, found: &mut Found<'_>) {
    for other in resources.mentioned_in(value) {
        found.add(id, other, said.clone());
    }
}

/// The references of all properties but these.
fn links<'a>(resources: &Resources<'a>, id: &str, properties: &'a Json, but: &[&str], found: &mut Found<'_>) {
    for (_, value) in entries(properties).filter(|(name, _)| !but.contains(name)) {
        for other in resources.mentioned_in(value) {
            let to = found.owners.get(other).copied().unwrap_or(other);
            match verb(resources.kind(id), resources.kind(to)) {
                Said::Verb(FILTERS) if resources.kind(to).starts_with("AWS::WAFv2") => {
                    found.add(to, id, Said::Verb(FILTERS));
                }
                said => found.add(id, other, said),
            }
        }
    }
}

/// From a firewall to what it stands before, whichever of them refers to the other.
const FILTERS: &str = "filters";

/// What a reference from one type to another means.
fn verb(from: &str, to: &str) -> Said {
    let service = |kind: &str| kind.split("::").nth(1).unwrap_or_default().to_owned();
    match (service(from).as_str(), service(to).as_str()) {
        ("Cognito", "Lambda") | ("Events" | "Scheduler", _) => Said::Verb("triggers"),
        ("Cognito", "Cognito") => Said::Verb("trusts"),
        ("AppSync" | "ApiGateway" | "ApiGatewayV2", "Cognito") => Said::Verb("authorizes by"),
        ("CloudFront", "S3") => Said::Verb("serves"),
        ("CloudFront", "ApiGateway" | "ApiGatewayV2" | "AppSync") => Said::Verb("forwards to"),
        ("Route53", _) => Said::Verb("leads to"),
        ("WAFv2", _) | (_, "WAFv2") => Said::Verb(FILTERS),
        ("SNS", "Lambda" | "SQS") => Said::Verb("notifies"),
        _ => Said::Nothing,
    }
}

fn text(said: &Said) -> String {
    match said {
        Said::Nothing => String::new(),
        Said::Invokes => "invokes".to_owned(),
        Said::Verb(verb) => (*verb).to_owned(),
        Said::Count(1, thing) => format!("1 {thing}"),
        Said::Count(count, thing) => format!("{count} {thing}s"),
        Said::May(does) => {
            let verbs: Vec<&str> = does
                .iter()
                .map(|does| match does {
                    Does::Read => "reads",
                    Does::Write => "writes",
                    Does::Invoke => "invokes",
                    Does::Send => "sends to",
                })
                .collect();
            verbs.join(", ")
        }
    }
}

fn positions(nodes: &[Node]) -> BTreeMap<&str, usize> {
    nodes.iter().enumerate().map(|(at, node)| (node.id.as_str(), at)).collect()
}
