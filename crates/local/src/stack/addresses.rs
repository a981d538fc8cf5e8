//! Where the template's REST and WebSocket APIs are on this machine, wherever it writes their addresses at AWS.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{REGION, Resource};

/// The addresses at AWS, and those that stand for them.
pub(super) struct Addresses(Vec<(String, String)>);

impl Addresses {
    pub(super) fn of(resources: &BTreeMap<String, Resource>, base_url: &str) -> Addresses {
        let mut addresses = Vec::new();
        for Resource { kind, physical_id: id, .. } in resources.values() {
            let host = format!("{id}.execute-api.{REGION}.amazonaws.com");
            match kind.as_str() {
                "AWS::ApiGateway::RestApi" => {
                    addresses.push((format!("https://{host}"), format!("{base_url}/restapis/{id}")));
                }
                "AWS::ApiGatewayV2::Api" => {
                    let here = format!("{base_url}/_apis/{id}");
                    addresses.push((format!("wss://{host}"), here.replacen("http", "ws", 1)));
                    addresses.push((format!("https://{host}"), here));
                }
                _ => {}
            }
        }
        Addresses(addresses)
    }

    pub(super) fn put_into(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.put_into_text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.put_into(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.put_into(member)),
            _ => {}
        }
    }

    pub(super) fn put_into_text(&self, text: &mut String) {
        for (at_aws, here) in &self.0 {
            if text.contains(at_aws.as_str()) {
                *text = text.replace(at_aws, here);
            }
        }
    }
}
