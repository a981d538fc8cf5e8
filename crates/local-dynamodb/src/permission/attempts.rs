//! What a request attempts: read from its operation and its body, before anything else reads them.

use serde_json::Value;

use super::{Attempt, PartitionKeys, partiql};

/// What is decided about a request, at least one thing; `None` if a PartiQL statement cannot be read.
pub(super) fn of(operation: &str, body: &Value, keys: &PartitionKeys) -> Option<Vec<Attempt>> {
    let read = Reader { keys };
    Some(match operation {
        "GetItem" | "UpdateItem" | "DeleteItem" => vec![read.item(operation, body, "Key")],
        "PutItem" => vec![read.item(operation, body, "Item")],
        "Query" => vec![read.query(body)],
        "Scan" => vec![attempt("Scan", format!("table/{}", table_or_index(body)))],
        "BatchGetItem" => {
            read.batch(operation, body, |request| request["Keys"].as_array().into_iter().flatten().collect())
        }
        "BatchWriteItem" => read.batch(operation, body, |requests| {
            let written = |request| match Value::pointer(request, "/PutRequest/Item") {
                Some(item) => Some(item),
                None => Value::pointer(request, "/DeleteRequest/Key"),
            };
            requests.as_array().into_iter().flatten().filter_map(written).collect()
        }),
        "TransactGetItems" | "TransactWriteItems" => read.transaction(operation, body),
        "ExecuteStatement" => vec![read.statement(&body["Statement"])?],
        "BatchExecuteStatement" => read.statements(&body["Statements"])?,
        "ExecuteTransaction" => read.statements(&body["TransactStatements"])?,
        _ => vec![read.other(operation, body)],
    })
}

struct Reader<'k> {
    keys: &'k PartitionKeys,
}

impl Reader<'_> {
    /// An action on one item, whose key is in a member of the request.
    fn item(&self, action: &str, request: &Value, member: &str) -> Attempt {
        let table = table(&request["TableName"]);
        let key = self.key(&table, &request[member]);
        Attempt { leading_keys: Some(vec![key]), ..attempt(action, format!("table/{table}")) }
    }

    fn query(&self, request: &Value) -> Attempt {
        let asked = table_or_index(request);
        let key = self.keys.of(&asked).and_then(|key| asked_for(request, key)).unwrap_or_default();
        Attempt { leading_keys: Some(vec![key]), ..attempt("Query", format!("table/{asked}")) }
    }

    /// One attempt for each table of a batch.
    fn batch(
        &self,
        action: &str,
        request: &Value,
        items: impl for<'v> Fn(&'v Value) -> Vec<&'v Value>,
    ) -> Vec<Attempt> {
        let tables = request["RequestItems"].as_object();
        let mut attempts: Vec<Attempt> = tables
            .into_iter()
            .flatten()
            .map(|(name, requests)| {
                let table = table(&Value::from(name.as_str()));
                let keys = items(requests).into_iter().map(|item| self.key(&table, item)).collect();
                Attempt { leading_keys: Some(keys), ..attempt(action, format!("table/{table}")) }
            })
            .collect();
        if attempts.is_empty() {
            attempts.push(attempt(action, "*".to_owned()));
        }
        attempts
    }

    /// Each action of a transaction is permitted on its own, under the name that it has alone.
    fn transaction(&self, operation: &str, request: &Value) -> Vec<Attempt> {
        const ACTIONS: [(&str, &str, &str); 5] = [
            ("Get", "GetItem", "Key"),
            ("Put", "PutItem", "Item"),
            ("Update", "UpdateItem", "Key"),
            ("Delete", "DeleteItem", "Key"),
            ("ConditionCheck", "ConditionCheckItem", "Key"),
        ];
        let items = request["TransactItems"].as_array();
        let mut attempts: Vec<Attempt> = items
            .into_iter()
            .flatten()
            .flat_map(|item| ACTIONS.map(|(member, action, key)| (item.get(member), action, key)))
            .filter_map(|(request, action, key)| Some(self.item(action, request?, key)))
            .map(|attempt| Attempt { enclosing_operation: Some(operation.to_owned()), ..attempt })
            .collect();
        if attempts.is_empty() {
            attempts.push(attempt(operation, "*".to_owned()));
        }
        attempts
    }

    fn statements(&self, statements: &Value) -> Option<Vec<Attempt>> {
        let statements = statements.as_array().into_iter().flatten();
        let mut attempts =
            statements.map(|it| self.statement(&it["Statement"])).collect::<Option<Vec<_>>>()?;
        if attempts.is_empty() {
            attempts.push(attempt("PartiQLSelect", "*".to_owned()));
        }
        Some(attempts)
    }

    /// PartiQL: which items it is about is not read.
    fn statement(&self, statement: &Value) -> Option<Attempt> {
        let (action, resource) = partiql::of(statement.as_str()?)?;
        Some(Attempt { leading_keys: Some(vec![String::new()]), ..attempt(action, resource) })
    }

    /// Actions on tables and streams, and whatever else there is.
    fn other(&self, operation: &str, request: &Value) -> Attempt {
        // The member that the operation reads: the engine passes over others, which must not decide here.
        let resource = match operation {
            "DescribeStream" | "GetShardIterator" => request["StreamArn"].as_str(),
            "TagResource" | "UntagResource" | "ListTagsOfResource" => request["ResourceArn"].as_str(),
            _ => None,
        };
        let resource = match (resource, &request["TableName"]) {
            (Some(arn), _) => after_the_account(arn).to_owned(),
            (None, Value::Null) => "*".to_owned(),
            (None, name) => format!("table/{}", table(name)),
        };
        attempt(operation, resource)
    }

    /// The partition key within an item or a key.
    fn key(&self, table: &str, item: &Value) -> String {
        let value = self.keys.of(table).and_then(|name| text(&item[name]));
        value.unwrap_or_default()
    }
}

fn attempt(action: &str, resource: String) -> Attempt {
    let action = format!("dynamodb:{action}");
    Attempt { action, resource, leading_keys: None, enclosing_operation: None }
}

/// A table's name, which a request may give as an ARN.
fn table(name: &Value) -> String {
    let name = name.as_str().unwrap_or_default();
    after_the_account(name).trim_start_matches("table/").to_owned()
}

/// `chat`, or `chat/index/byOwner` if the request names an index.
fn table_or_index(request: &Value) -> String {
    let table = table(&request["TableName"]);
    match request["IndexName"].as_str() {
        Some(index) => format!("{table}/index/{index}"),
        None => table,
    }
}

/// `table/chat` of `arn:aws:dynamodb:us-east-1:123456789012:table/chat`.
fn after_the_account(arn: &str) -> &str {
    match arn.starts_with("arn:") {
        true => arn.splitn(6, ':').nth(5).unwrap_or_default(),
        false => arn,
    }
}

/// The text, number or Base64 within an attribute's value.
fn text(value: &Value) -> Option<String> {
    ["S", "N", "B"].into_iter().find_map(|kind| value[kind].as_str()).map(str::to_owned)
}

/// The partition key that a query asks for: `key = :value` within its condition, or in the older `KeyConditions`.
fn asked_for(request: &Value, key: &str) -> Option<String> {
    if let Some(value) = text(&request["KeyConditions"][key]["AttributeValueList"][0]) {
        return Some(value);
    }
    let condition = request["KeyConditionExpression"].as_str()?.replace('=', " = ").replace(['(', ')'], " ");
    let words: Vec<&str> = condition.split_whitespace().collect();
    let is_key = |word: &str| match word.starts_with('#') {
        true => request["ExpressionAttributeNames"][word] == key,
        false => word == key,
    };
    let value = words.windows(3).find_map(|window| match window {
        [name, "=", value] if is_key(name) => Some(*value),
        [value, "=", name] if is_key(name) => Some(*value),
        _ => None,
    })?;
    text(&request["ExpressionAttributeValues"][value])
}
