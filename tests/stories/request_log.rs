//! What a developer reads at the terminal while others use the server.

use serde_json::json;
use tests::person::PASSWORD;
use tests::{Key, Parlor, Person};

#[tokio::test]
async fn each_request_is_one_line_with_ids_and_no_contents() {
    let parlor = Parlor::start().await;
    let alice = Person::join(&parlor, "Alice").await;
    let room = alice.create_room("PRIVATE").await;
    alice.send(&room, "the secret of the tea").await;
    let bob = Person::join(&parlor, "Bob").await;
    let query = "query($id: ID!) { getRoom(id: $id) { id } }";
    assert_eq!(bob.refused(query, json!({ "id": room })).await, "Forbidden");
    let wrong = Person::sign_in(&parlor, "alice@example.com", "Wrong-horse-9").await;
    assert!(wrong.is_err(), "a wrong password signs nobody in");
    let describe = json!({ "TableName": "nobodys" });
    let target = "DynamoDB_20120810.DescribeTable";
    let table = Key::of_owner(&parlor).call("dynamodb", parlor.url(), target, &describe).send().await;
    let table = table.expect("the server answers");
    assert_eq!(table.status(), 400);
    alice.go_live().await.start("1", "subscription { onCreateRoom { id } }", json!({})).await;
    let query = "subscription($id: ID!) { onMessage(roomId: $id) { id } }";
    bob.go_live().await.start("1", query, json!({ "id": room })).await;

    let log = parlor.log();
    let line = |words: &[&str]| {
        let found = log.lines().find(|line| words.iter().all(|word| line.contains(word)));
        found.unwrap_or_else(|| panic!("no line has {words:?} in:\n{log}"))
    };
    line(&["Cognito   SignUp ", " 200 "]);
    line(&["Cognito   RespondToAuthChallenge ", " 400 ", "NotAuthorizedException"]);
    let sent = line(&["GraphQL   sendMessage ", &alice.id, " 200 "]);
    assert!(sent.ends_with(" ms"), "nothing went wrong: {sent}");
    line(&["GraphQL   getRoom ", &bob.id, " 200 ", "Forbidden"]);
    line(&["DynamoDB  DescribeTable ", "AKIA", " 400 ", "ResourceNotFoundException"]);
    line(&["GraphQL   connect ", &alice.id, " 101 "]);
    line(&["GraphQL   start onCreateRoom ", &alice.id, " 200 "]);
    line(&["GraphQL   start onMessage ", &bob.id, " 200 ", "Forbidden"]);
    for secret in
        [PASSWORD, "Wrong-horse", "example.com", "tea", &alice.access_token, &alice.refresh_token, "\u{1b}"]
    {
        assert!(!log.contains(secret), "the log tells {secret}:\n{log}");
    }
}
