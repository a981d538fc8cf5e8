//! The Todo resolvers of `resolvers/js`, end to end on an embedded DynamoDB.

use crate::support::{product_script, table};
use local_appsync_js::{DataSource, Raised, run_unit};
use serde_json::{Value, json};

async fn call(source: &DataSource, resolver: &str, arguments: Value) -> Result<Value, Raised> {
    let context = json!({ "arguments": arguments, "identity": null });
    Ok(run_unit(&product_script(resolver), source, context).await?.value)
}

async fn create(source: &DataSource, name: &str) -> Value {
    call(source, "create_todo", json!({ "input": { "name": name, "description": "for the weekend" } }))
        .await
        .unwrap()
}

fn type_of(error: &Raised) -> &str {
    error.error_type.as_deref().unwrap()
}

#[tokio::test]
async fn a_todo_is_created_with_the_servers_id_and_times_and_read_back() {
    let (_, source) = table().await;
    let created = create(&source, "Paint the fence").await;
    assert_eq!(created["name"], "Paint the fence");
    assert_eq!(created["description"], "for the weekend");
    assert_eq!(created["id"].as_str().unwrap().len(), 36);
    assert_eq!(created["createdAt"], created["updatedAt"]);
    assert!(created["createdAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(call(&source, "get_todo", json!({ "id": created["id"] })).await.unwrap(), created);
}

#[tokio::test]
async fn two_todos_of_one_name_are_two() {
    let (_, source) = table().await;
    assert_ne!(create(&source, "Twice").await["id"], create(&source, "Twice").await["id"]);
}

#[tokio::test]
async fn an_absent_todo_reads_as_null() {
    let (_, source) = table().await;
    assert_eq!(call(&source, "get_todo", json!({ "id": "none" })).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn names_and_descriptions_have_limits() {
    let (_, source) = table().await;
    let todo = create(&source, &"n".repeat(200)).await;
    let table = [
        (json!({ "name": "" }), "1 to 200"),
        (json!({ "name": "  " }), "1 to 200"),
        (json!({ "name": "n".repeat(201) }), "1 to 200"),
        (json!({ "name": "n", "description": "d".repeat(2001) }), "2000"),
    ];
    for (mut input, told) in table {
        let error = call(&source, "create_todo", json!({ "input": input })).await.unwrap_err();
        assert!(type_of(&error) == "InvalidInput" && error.message.contains(told), "{input}: {error:?}");
        input["id"] = todo["id"].clone();
        let error = call(&source, "update_todo", json!({ "input": input })).await.unwrap_err();
        assert!(type_of(&error) == "InvalidInput" && error.message.contains(told), "{input}: {error:?}");
    }
    let error = call(&source, "update_todo", json!({ "input": { "id": todo["id"], "name": null } }))
        .await
        .unwrap_err();
    assert_eq!(type_of(&error), "InvalidInput");
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_nothing_else() {
    let (_, source) = table().await;
    let created = create(&source, "Paint").await;
    let id = &created["id"];

    let renamed =
        call(&source, "update_todo", json!({ "input": { "id": id, "name": "Repaint" } })).await.unwrap();
    assert_eq!(renamed["name"], "Repaint");
    assert_eq!(renamed["description"], created["description"]);
    assert_eq!(renamed["createdAt"], created["createdAt"]);
    assert!(renamed["updatedAt"].as_str() >= created["updatedAt"].as_str());

    let input = json!({ "id": id, "description": "in green" });
    let described = call(&source, "update_todo", json!({ "input": input })).await.unwrap();
    assert_eq!((&described["name"], &described["description"]), (&json!("Repaint"), &json!("in green")));

    let input = json!({ "id": id, "name": "Done", "description": null });
    let bare = call(&source, "update_todo", json!({ "input": input })).await.unwrap();
    assert_eq!((&bare["name"], bare.get("description")), (&json!("Done"), None));
    assert_eq!(call(&source, "get_todo", json!({ "id": id })).await.unwrap(), bare);
}

#[tokio::test]
async fn a_deleted_todo_is_answered_and_gone() {
    let (_, source) = table().await;
    let created = create(&source, "Paint").await;
    let input = json!({ "input": { "id": created["id"] } });
    assert_eq!(call(&source, "delete_todo", input.clone()).await.unwrap(), created);
    assert_eq!(call(&source, "get_todo", json!({ "id": created["id"] })).await.unwrap(), Value::Null);
    assert_eq!(type_of(&call(&source, "delete_todo", input).await.unwrap_err()), "NotFound");
}

#[tokio::test]
async fn an_absent_todo_cannot_be_updated_and_is_not_made_by_it() {
    let (_, source) = table().await;
    let input = json!({ "input": { "id": "none", "name": "Ghost" } });
    assert_eq!(type_of(&call(&source, "update_todo", input).await.unwrap_err()), "NotFound");
    assert_eq!(call(&source, "get_todo", json!({ "id": "none" })).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn the_list_comes_in_pages_that_miss_and_repeat_nothing() {
    let (_, source) = table().await;
    let mut created = Vec::new();
    for n in 0..25 {
        created.push(create(&source, &format!("todo {n}")).await["id"].clone());
    }
    let first = call(&source, "list_todos", json!({})).await.unwrap();
    assert_eq!(first["items"].as_array().unwrap().len(), 20);

    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let arguments = json!({ "limit": 10, "nextToken": token });
        let page = call(&source, "list_todos", arguments).await.unwrap();
        seen.extend(page["items"].as_array().unwrap().iter().map(|todo| todo["id"].clone()));
        token = page["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    let by_id = |ids: &mut Vec<Value>| ids.sort_by_key(|id| id.as_str().unwrap().to_owned());
    by_id(&mut created);
    assert_eq!(seen, created);
}

#[tokio::test]
async fn an_empty_list_is_an_empty_page() {
    let (_, source) = table().await;
    let page = call(&source, "list_todos", json!({ "limit": null })).await.unwrap();
    assert_eq!(page, json!({ "items": [], "nextToken": null }));
}

#[tokio::test]
async fn limits_and_tokens_that_make_no_sense_are_refused() {
    let (_, source) = table().await;
    for arguments in [
        json!({ "limit": 0 }),
        json!({ "limit": 101 }),
        json!({ "limit": -1 }),
        json!({ "nextToken": "no token" }),
        json!({ "nextToken": "eyJhIjox" }),
        json!({ "nextToken": "W10" }),
    ] {
        let error = call(&source, "list_todos", arguments.clone()).await.unwrap_err();
        assert_eq!(type_of(&error), "InvalidInput", "{arguments}: {error:?}");
    }
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_internal_error_without_details() {
    let (client, _) = table().await;
    let source = DataSource::DynamoDb { client, table: "Gone".to_owned() };
    let todo = json!({ "input": { "id": "1", "name": "n" }, "id": "1" });
    for resolver in ["create_todo", "get_todo", "list_todos", "update_todo", "delete_todo"] {
        let error = call(&source, resolver, todo.clone()).await.unwrap_err();
        assert_eq!(type_of(&error), "Internal", "{resolver}: {error:?}");
        assert!(!error.message.contains("Gone") && !error.message.contains("Dynamo"), "{error}");
    }
}
