//! `config.json` as CloudFormation completes it, for Amplify, which builds the site where no program of ours runs.

use std::collections::BTreeMap;

use cfn::{Template, Value};
use serde_json::{Map, Value as Json, json};

use crate::front_end_config;

/// The configuration that [`front_end_config`] makes of the template's outputs, with an `Fn::Sub` for what only
/// the deployment knows.
pub(super) fn text(t: &Template) -> Value<String> {
    let template = t.to_json();
    let outputs = template["Outputs"].as_object().expect("the outputs are added first");
    let names = outputs.keys().map(|name| (name.clone(), format!("${{{name}}}"))).collect();
    let mut config = front_end_config(&names, None).expect("they are those of this very template");
    let values: BTreeMap<String, Json> =
        outputs.iter().map(|(name, output)| (name.clone(), value(output))).collect();

    let cognito = &mut config["amplify"]["Auth"]["Cognito"];
    let login_with = std::mem::replace(&mut cognito["loginWith"], json!("${LoginWith}"));
    cognito["allowGuestAccess"] = json!("${GuestAccess}");

    // What is no text, or there only sometimes, is written without the text's quotes.
    let mut text = config.to_string();
    let mut unquoted = BTreeMap::from([("GuestAccess", values["GuestAccess"].clone())]);
    let has_page = &outputs["SignInDomain"]["Condition"];
    let login_with = sub(&login_with.to_string(), &values);
    unquoted.insert("LoginWith", json!({ "Fn::If": [has_page, login_with, "{}"] }));
    for (name, output) in outputs.iter().filter(|(_, output)| output["Condition"].is_string()) {
        let quoted = json!({ "Fn::Join": ["", ["\"", values[name], "\""]] });
        unquoted.insert(name, json!({ "Fn::If": [output["Condition"], quoted, "null"] }));
    }
    let mut values = values.clone();
    for (name, value) in unquoted {
        text = text.replace(&format!("\"${{{name}}}\""), &format!("${{{name}}}"));
        values.insert(name.to_owned(), value);
    }
    Value::unchecked(sub(&text, &values))
}

/// An output's value as it stands between quotes: of a list, each item with quotes of its own.
fn value(output: &Json) -> Json {
    let mut value = output["Value"].clone();
    if let Some(separator) = value.pointer_mut("/Fn::Join/0") {
        *separator = json!("\",\"");
    }
    value
}

/// `Fn::Sub` with those of the values that the text has.
fn sub(text: &str, values: &BTreeMap<String, Json>) -> Json {
    let used: Map<String, Json> = values
        .iter()
        .filter(|(name, _)| text.contains(&format!("${{{name}}}")))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    json!({ "Fn::Sub": [text, used] })
}
