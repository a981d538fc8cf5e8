//! Errors of resolvers and of values that do not fit: AppSync's shapes and texts, and what is left of the answer.

use local_appsync::{Raised, Resolved};
use serde_json::{Value, json};

use super::support::{Fixture, fixture};

const SCHEMA: &str = "
    type Query {
        fails: String
        mustNotFail: String!
        refuses: String
        panics: String
        appends: String
        page: Page
        mustPage: Page!
        scalars: Scalars
        list: [String]
        object: Item
        thing: Thing
        fine: String
    }
    type Page { items: [Item!]! loose: [Item] }
    type Item { id: ID! name: String! note: String }
    type Scalars { int: Int bool: Boolean when: AWSDateTime email: AWSEmail role: Role }
    enum Role { OWNER }
    union Thing = Item
";

fn api() -> Fixture {
    let raised = || Raised {
        data: json!({"a": 1}),
        info: json!("more"),
        ..Raised::new("CustomException", "Custom Message")
    };
    fixture(SCHEMA)
        .resolve("Query.fails", move |_| Err(raised()))
        .resolve("Query.mustNotFail", |_| Err(Raised::new("CustomException", "Custom Message")))
        .resolve("Query.refuses", |_| Err(Raised::new("UnauthorizedException", "the table is t-123")))
        .resolve("Query.panics", |_| panic!("a resolver of a test panics, as it should"))
        .resolve_async("Query.appends", |_| {
            let errors = vec![Raised::new("Warning", "half of it")];
            std::future::ready(Ok(Resolved { value: json!("value"), errors, ..Resolved::default() }))
        })
        .value("Query.fine", json!("fine"))
}

async fn errors(api: Fixture, query: &str) -> (Value, Vec<Value>) {
    let mut answer = api.build().query(query).await;
    (answer["data"].take(), answer["errors"].as_array().cloned().unwrap_or_default())
}

#[tokio::test]
async fn a_raised_error_is_told_in_full_and_the_rest_of_the_answer_stays() {
    let (data, errors) = errors(api(), "{\n  fine\n  f: fails\n}").await;
    assert_eq!(data, json!({"fine": "fine", "f": null}));
    assert_eq!(
        errors,
        [json!({
            "path": ["f"], "data": {"a": 1}, "errorType": "CustomException", "errorInfo": "more",
            "locations": [{"line": 3, "column": 6, "sourceName": null}], "message": "Custom Message",
        })]
    );
}

#[tokio::test]
async fn of_an_errors_data_only_what_was_selected_is_told_and_of_its_info_everything() {
    let api = fixture("type Query { object: Item list: [Item] thing: Thing } type Item { id: ID note: String item: Item } union Thing = Item")
        .resolve("Query.object", |_| Err(raised(json!({"id": "1", "note": "secret", "item": {"id": "2", "note": "n"}, "x": 1}))))
        .resolve_async("Query.list", |_| {
            let errors = vec![raised(json!([{"id": "1", "note": "secret"}, null])), raised(json!("text"))];
            std::future::ready(Ok(Resolved { errors, ..Resolved::default() }))
        })
        .resolve("Query.thing", |_| Err(raised(json!({"__typename": "Item", "id": "1", "note": "secret"}))))
        .build();
    let query = "{
        object { __typename a: id ... on Item { item { note } } }
        list { id }
        thing { ... on Item { id } }
    }";
    let answer = api.query(query).await;
    let told: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|error| &error["data"]).collect();
    assert_eq!(
        told,
        [
            &json!({"__typename": "Item", "a": "1", "item": {"note": "n"}}),
            &json!([{"id": "1"}, null]),
            &json!("text"),
            &json!({"id": "1"}),
        ]
    );
    assert!(
        answer["errors"].as_array().unwrap().iter().all(|error| error["errorInfo"] == json!({"note": "all"}))
    );
}

fn raised(data: Value) -> Raised {
    Raised { data, info: json!({"note": "all"}), ..Raised::new("CustomException", "Custom Message") }
}

#[tokio::test]
async fn an_error_in_a_non_null_field_is_told_once_and_voids_its_parent() {
    let (data, errors) = errors(api(), "{ fine mustNotFail }").await;
    assert_eq!(data, Value::Null);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["message"], "Custom Message");
}

#[tokio::test]
async fn a_function_that_refuses_tells_no_details() {
    let (_, errors) = errors(api(), "{ refuses }").await;
    assert_eq!(errors[0]["errorType"], "UnauthorizedException");
    assert_eq!(errors[0]["message"], "You are not authorized to make this call.");
}

#[tokio::test]
async fn a_panic_fails_its_field_alone() {
    let api = api().build();
    let answer = api.query("{ panics fine }").await;
    assert_eq!(answer["data"], json!({"panics": null, "fine": "fine"}));
    assert_eq!(answer["errors"][0]["errorType"], "InternalFailure");
    assert_eq!(api.query("{ fine }").await, json!({"data": {"fine": "fine"}}));
}

#[tokio::test]
async fn an_appended_error_stands_beside_the_value() {
    let (data, errors) = errors(api(), "{ appends }").await;
    assert_eq!(data, json!({"appends": "value"}));
    assert_eq!((&errors[0]["errorType"], &errors[0]["path"]), (&json!("Warning"), &json!(["appends"])));
}

#[tokio::test]
async fn a_null_where_none_may_be_voids_up_to_the_next_nullable_parent() {
    let page = json!({"items": [{"id": "1", "name": "a"}, {"id": "2"}], "loose": [{"id": "3"}, {"id": "4", "name": "d"}, null]});
    let query = "{ page { loose { id name } } other: page { items { id alias: name } } fine }";
    let (data, errors) = errors(api().value("Query.page", page), query).await;
    assert_eq!(
        data,
        json!({"page": {"loose": [null, {"id": "4", "name": "d"}, null]}, "other": null, "fine": "fine"})
    );
    assert_eq!(
        errors,
        [
            json!({
                "path": ["page", "loose", 0, "name"], "locations": null,
                "message": "Cannot return null for non-nullable type: 'String' within parent 'Item' (/page/loose[0]/name)",
            }),
            json!({
                "path": ["other", "items", 1, "alias"], "locations": null,
                "message": "Cannot return null for non-nullable type: 'String' within parent 'Item' (/other/items[1]/alias)",
            }),
        ]
    );
}

#[tokio::test]
async fn a_null_in_a_non_null_root_field_voids_all_data() {
    let (data, errors) =
        errors(api().value("Query.mustPage", Value::Null), "{ fine mustPage { items { id } } }").await;
    assert_eq!(data, Value::Null);
    assert_eq!(
        errors[0]["message"],
        "Cannot return null for non-nullable type: 'Page' within parent 'Query' (/mustPage)"
    );
}

#[tokio::test]
async fn a_value_of_the_wrong_type_is_null_with_an_error() {
    for (field, value, selection, message) in [
        (
            "scalars",
            json!({"int": "x"}),
            "{ int }",
            "Can't serialize value (/scalars/int) : Expected type 'Int' but was 'String'.",
        ),
        (
            "scalars",
            json!({"bool": {}}),
            "{ bool }",
            "Can't serialize value (/scalars/bool) : Expected type 'Boolean' but was 'Object'.",
        ),
        (
            "scalars",
            json!({"when": "today"}),
            "{ when }",
            "Can't serialize value (/scalars/when) : Unable to serialize `today` as a valid AWSDateTime.",
        ),
        (
            "scalars",
            json!({"role": "KING"}),
            "{ role }",
            "Can't serialize value (/scalars/role) : Invalid input for Enum 'Role'. No value found for name 'KING'",
        ),
        ("list", json!("x"), "", "Can't resolve value (/list) : type mismatch error, expected type LIST"),
        (
            "object",
            json!([]),
            "{ id }",
            "Can't resolve value (/object) : type mismatch error, expected type OBJECT",
        ),
        (
            "thing",
            json!({"__typename": "Page"}),
            "{ __typename }",
            "Can't resolve value (/thing) : the value's __typename must name an object type that is a Thing",
        ),
        (
            "thing",
            json!({"id": 1}),
            "{ __typename }",
            "Can't resolve value (/thing) : the value's __typename must name an object type that is a Thing",
        ),
    ] {
        let (data, errors) =
            errors(api().value(&format!("Query.{field}"), value), &format!("{{ {field} {selection} fine }}"))
                .await;
        assert_eq!(data["fine"], "fine", "{message}");
        assert_eq!(errors.len(), 1, "{message}");
        assert_eq!(errors[0]["message"], message);
    }
}
