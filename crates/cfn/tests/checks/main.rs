//! What the checks find: for each, a clean template that passes, and faults planted in it.

mod apis;
mod appsync;
mod data;
mod files;
mod functions;
mod policies;
mod references;
mod roles;
mod scripts;
mod sections;
mod sign_in;
#[cfg(feature = "specification")]
mod specification;
mod tables;
mod times;

use serde_json::{Map, Value as Json, json};

/// A fault: where in the clean template, by JSON pointer, what is put there (`null` removes), and a part of
/// what has to be said about which resource.
type Fault = (&'static str, Json, &'static str, &'static str);

/// Plants each fault alone, and wants exactly one error, about the resource, that says so.
#[track_caller]
fn each_is_found(clean: &Json, faults: &[Fault]) {
    assert_eq!(errors(clean), [""; 0], "the clean template");
    for (pointer, value, about, says) in faults {
        let mut template = clean.clone();
        plant(&mut template, pointer, value.clone());
        assert_ne!(template, *clean, "{pointer} changes nothing");
        let errors = errors(&template);
        let is_found = |error: &String| error.starts_with(&format!("{about}: ")) && error.contains(says);
        assert!(
            errors.iter().any(is_found),
            "{pointer} = {value}: wanted `{about}: … {says}`, found {errors:#?}"
        );
        assert_eq!(errors.len(), 1, "{pointer} = {value}: {errors:#?}");
    }
}

fn plant(template: &mut Json, pointer: &str, value: Json) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
    let parent = template.pointer_mut(parent).expect("the fault's place is in the clean template");
    match parent {
        Json::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
        Json::Object(object) if value.is_null() => drop(object.remove(name)),
        Json::Object(object) => drop(object.insert(name.to_owned(), value)),
        other => panic!("{pointer}: nothing can be planted in {other}"),
    }
}

fn errors(template: &Json) -> Vec<String> {
    let problems = cfn::check::json(template);
    let errors = problems.iter().filter(|problem| problem.is_error());
    errors.map(ToString::to_string).collect()
}

/// A template of these resources: id, type, properties.
fn template<const N: usize>(resources: [(&str, &str, Json); N]) -> Json {
    let resources: Map<String, Json> = resources
        .into_iter()
        .map(|(id, kind, properties)| (id.to_owned(), json!({ "Type": kind, "Properties": properties })))
        .collect();
    json!({ "Resources": resources })
}

fn role(service: &str, actions: Json, resource: Json) -> Json {
    json!({
        "AssumeRolePolicyDocument": { "Statement": [
            { "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" },
        ] },
        "Policies": [{ "PolicyName": "Grants", "PolicyDocument": { "Statement": [
            { "Effect": "Allow", "Action": actions, "Resource": resource },
        ] } }],
    })
}

/// A function with its role and log group; `grants` is one statement's actions and resource.
fn function(template: &mut Json, actions: Json, resource: Json) {
    template["Resources"]["Role"] =
        json!({ "Type": "AWS::IAM::Role", "Properties": role("lambda.amazonaws.com", actions, resource) });
    let logs = json!({ "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": { "Fn::GetAtt": ["Logs", "Arn"] } });
    let policy = &mut template["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"];
    policy["Statement"].as_array_mut().expect("a list").push(logs);
    template["Resources"]["Logs"] =
        json!({ "Type": "AWS::Logs::LogGroup", "Properties": { "RetentionInDays": 14 } });
    template["Resources"]["Function"] = json!({ "Type": "AWS::Lambda::Function", "Properties": {
        "Code": { "S3Bucket": "code", "S3Key": "a.zip" },
        "Handler": "bootstrap",
        "Runtime": "provided.al2023",
        "Role": { "Fn::GetAtt": ["Role", "Arn"] },
        "LoggingConfig": { "LogGroup": { "Ref": "Logs" } },
        "Timeout": 10,
        "MemorySize": 256,
        "Environment": { "Variables": { "TABLE": "chat" } },
    } });
}

fn permission(function: &str, service: &str) -> Json {
    json!({ "Type": "AWS::Lambda::Permission", "Properties": {
        "Action": "lambda:InvokeFunction", "FunctionName": { "Ref": function }, "Principal": service,
        "SourceArn": { "Fn::Sub": format!("arn:aws:{service}:${{AWS::Region}}:${{AWS::AccountId}}:*") },
    } })
}
