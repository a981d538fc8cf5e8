//! Documents and variables that do not fit the schema: a 200 with AppSync's texts, and nothing executed.

use serde_json::{Value, json};

use super::support::{Server, fixture};

fn api() -> Server {
    let schema = "
        type Query { get(id: ID!, limit: Int, when: AWSDateTime, role: Role, input: Input, list: [Int!], any: Any): Item items: [Item] }
        type Mutation { write(when: AWSDateTime): String }
        type Subscription { onA: String onB: String }
        type Item { id: ID! name: String }
        enum Role { OWNER }
        scalar Any
        input Input { name: String! when: AWSDateTime role: Role }
    ";
    fixture(schema)
        .resolve("Query.get", |_| panic!("nothing is executed"))
        .resolve("Mutation.write", |_| panic!("nothing is executed"))
        .build()
}

async fn told(query: &str, variables: Value) -> String {
    let answer = api().query_with(query, variables).await;
    assert_eq!(answer["data"], Value::Null, "{query}");
    let error = &answer["errors"][0];
    assert_eq!(error["path"], Value::Null, "{query}");
    assert!(error["locations"][0]["line"].is_u64(), "{query}: {error}");
    assert!(error.get("errorType").is_none(), "{query}: {error}");
    error["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_validation_error_has_appsyncs_shape() {
    assert_eq!(
        api().query("{ badfield }").await,
        json!({"data": null, "errors": [{
            "path": null,
            "locations": [{"line": 1, "column": 3, "sourceName": null}],
            "message": "Validation error of type FieldUndefined: Field 'badfield' in type 'Query' is undefined @ 'badfield'",
        }]})
    );
}

#[tokio::test]
async fn documents_that_do_not_fit_the_schema_are_told_what_is_wrong() {
    for (query, expected) in [
        ("{ items { bad } }", "FieldUndefined: Field 'bad' in type 'Item' is undefined @ 'items/bad'"),
        (
            "{ a: items { ... on Item { bad } } }",
            "FieldUndefined: Field 'bad' in type 'Item' is undefined @ 'a/bad'",
        ),
        ("{ items(x: 1) { id } }", "UnknownArgument: Unknown field argument x @ 'items'"),
        ("{ get { id } }", "MissingFieldArgument: "),
        ("{ items }", "SubSelectionRequired: "),
        ("{ items { id { x } } }", "SubSelectionNotAllowed: "),
        ("{ get(id: $id) { id } }", "UndefinedVariable: Undefined variable id @ 'get'"),
        ("query ($id: ID) { items { id } }", "UnusedVariable: "),
        ("query ($id: Int!) { get(id: $id) { id } }", "VariableTypeMismatch: "),
        ("query ($x: Item) { items { id } }", "NonInputTypeOnVariable: "),
        ("{ items { ...F } }", "UndefinedFragment: Undefined fragment F @ 'items'"),
        ("fragment F on Item { id } { items { id } }", "UnusedFragment: "),
        ("fragment F on Item { ...F } { items { ...F } }", "FragmentCycle: "),
        ("{ get(id: 1, limit: \"x\") { id } }", "WrongType: "),
        ("{ get(id: 1, limit: 4294967296) { id } }", "WrongType: "),
        ("{ get(id: 1, limit: 3.0) { id } }", "WrongType: "),
        ("{ get(id: 1, role: KING) { id } }", "WrongType: "),
        ("{ get(id: 1, input: {}) { id } }", "WrongType: "),
        ("{ get(id: 1, input: {name: \"n\", bad: 1}) { id } }", "WrongType: "),
        (
            "{ get(id: 1, input: {name: \"a\", name: \"b\"}) { id } }",
            "UniqueObjectFieldName: There can be only one field named 'name' @ 'get'",
        ),
        (
            "query ($input: Input = {name: \"a\", name: \"b\"}) { get(id: 1, input: $input) { id } }",
            "UniqueObjectFieldName: There can be only one field named 'name'",
        ),
        (
            "{ ... on Query { get(id: 1, any: [{a: {b: 1, b: 2}}]) { id } } }",
            "UniqueObjectFieldName: There can be only one field named 'b' @ 'get'",
        ),
        (
            "{ get(id: 1, when: \"today\") { id } }",
            "WrongType: argument 'when' with value '\"today\"' is not a valid 'AWSDateTime' @ 'get'",
        ),
        ("mutation { write write2: write(when: \"today\") }", "WrongType: argument 'when'"),
        ("{ items @nope { id } }", "UnknownDirective: "),
        ("{ items { x: id x: name } }", "FieldsConflict: "),
        ("{ items { id } } { items { id } }", "LoneAnonymousOperationViolation: "),
        ("subscription { onA onB }", "SubscriptionMultipleRootFields: "),
    ] {
        let message = told(query, json!({})).await;
        let expected = format!("Validation error of type {expected}");
        assert!(message.starts_with(&expected), "{query}\n  told     {message}\n  expected {expected}");
    }
}

#[tokio::test]
async fn variables_that_do_not_fit_are_told_what_is_wrong() {
    for (variable, value, expected) in [
        ("$id: ID!", json!({}), "Variable 'id' has coerced Null value for NonNull type 'ID!'"),
        ("$id: ID!", json!({"id": null}), "Variable 'id' has coerced Null value for NonNull type 'ID!'"),
        (
            "$id: ID!",
            json!({"id": {}}),
            "Variable 'id' has an invalid value. Unable to parse `{}` as a valid ID.",
        ),
        (
            "$id: ID!, $limit: Int",
            json!({"id": 1, "limit": "1"}),
            "Variable 'limit' has an invalid value. Unable to parse `\"1\"` as a valid Int.",
        ),
        (
            "$id: ID!, $limit: Int",
            json!({"id": 1, "limit": 4294967296_i64}),
            "Variable 'limit' has an invalid value. Unable to parse `4294967296` as a valid Int.",
        ),
        (
            "$id: ID!, $when: AWSDateTime",
            json!({"id": 1, "when": "now"}),
            "Variable 'when' has an invalid value. Unable to parse `\"now\"` as a valid AWSDateTime.",
        ),
        (
            "$id: ID!, $role: Role",
            json!({"id": 1, "role": "KING"}),
            "Variable 'role' has an invalid value. Unable to parse `\"KING\"` as a valid Role.",
        ),
        (
            "$id: ID!, $input: Input",
            json!({"id": 1, "input": {}}),
            "Variable 'name' has coerced Null value for NonNull type 'String!'",
        ),
        (
            "$id: ID!, $input: Input",
            json!({"id": 1, "input": {"name": null}}),
            "Variable 'name' has coerced Null value for NonNull type 'String!'",
        ),
        (
            "$id: ID!, $input: Input",
            json!({"id": 1, "input": []}),
            "Variable 'input' has an invalid value. Unable to parse `[]` as a valid Input.",
        ),
        (
            "$id: ID!, $input: Input",
            json!({"id": 1, "input": {"name": "n", "bad": 1}}),
            "The variables input contains a field name 'bad' that is not defined for input object type 'Input'",
        ),
        (
            "$id: ID!, $list: [Int!]",
            json!({"id": 1, "list": [1, null]}),
            "Variable 'list' has coerced Null value for NonNull type 'Int!'",
        ),
    ] {
        let arguments: Vec<String> = variable
            .split(", ")
            .map(|definition| definition.split_once(':').unwrap().0)
            .map(|name| format!("{}: {name}", &name[1..]))
            .collect();
        let query = format!("query ({variable}) {{ get({}) {{ id }} }}", arguments.join(", "));
        assert_eq!(told(&query, value).await, expected);
    }
}
