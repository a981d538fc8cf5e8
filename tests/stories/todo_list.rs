//! The sample that needs no Lambda: JavaScript resolvers, for whoever holds the API key.

use serde_json::{Value, json};
use tests::Parlor;

#[tokio::test]
async fn the_api_key_keeps_a_todo_list_and_opens_nothing_else() {
    let parlor = Parlor::start().await;
    let config = parlor.config().await;
    let ask = async |query: &str, variables: Value| -> (u16, Value) {
        let answer = reqwest::Client::new()
            .post(config["graphqlUrl"].as_str().expect("a URL"))
            .header("x-api-key", config["apiKey"].as_str().expect("a key"))
            .json(&json!({ "query": query, "variables": variables }))
            .send()
            .await
            .expect("the server answers");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    };
    let create = "mutation($input: CreateTodoInput!) { createTodo(input: $input) { id name description } }";
    let (_, made) = ask(create, json!({ "input": { "name": "Milk" } })).await;
    let id = made["data"]["createTodo"]["id"].clone();
    assert!(id.is_string(), "{made}");
    let update = "mutation($input: UpdateTodoInput!) { updateTodo(input: $input) { name } }";
    let (_, updated) = ask(update, json!({ "input": { "id": id, "name": "Oat milk" } })).await;
    assert_eq!(updated, json!({ "data": { "updateTodo": { "name": "Oat milk" } } }));
    let (_, listed) = ask("{ listTodos { items { id name } nextToken } }", Value::Null).await;
    assert_eq!(
        listed,
        json!({ "data": { "listTodos": { "items": [{ "id": id, "name": "Oat milk" }], "nextToken": null } } })
    );
    let delete = "mutation($input: DeleteTodoInput!) { deleteTodo(input: $input) { id } }";
    ask(delete, json!({ "input": { "id": id } })).await;
    let get = "query($id: ID!) { getTodo(id: $id) { id } }";
    assert_eq!(ask(get, json!({ "id": id })).await.1, json!({ "data": { "getTodo": null } }));

    let (_, empty) = ask(create, json!({ "input": { "name": "" } })).await;
    assert_eq!(empty["errors"][0]["errorType"], "InvalidInput", "{empty}");
    let (_, absent) = ask(delete, json!({ "input": { "id": id } })).await;
    assert_eq!(absent["errors"][0]["errorType"], "NotFound", "{absent}");
    let (status, refused) = ask("{ me { id } }", Value::Null).await;
    assert_eq!((status, &refused["errors"][0]["errorType"]), (200, &json!("Unauthorized")), "{refused}");
}
