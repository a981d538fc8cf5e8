//! People talk, live.

use serde_json::{Value, json};
use tests::{MESSAGE, Parlor, Person};

#[tokio::test]
async fn two_people_talk_and_a_stranger_is_refused() {
    let parlor = Parlor::start().await;
    let (ann, ben, cy) = (
        Person::join(&parlor, "Ann").await,
        Person::join(&parlor, "Ben").await,
        Person::join(&parlor, "Cy").await,
    );
    let room = ann.create_room("PUBLIC").await;
    ben.join_room(&room).await;

    let mut anns_screen = ann.go_live().await;
    let mut bens_screen = ben.go_live().await;
    anns_screen.listen(&room).await;
    bens_screen.listen(&room).await;

    let hello = ann.send(&room, "Hello Ben").await;
    assert_eq!((&hello["seq"], &hello["version"]), (&json!(1), &json!(1)));
    assert_eq!(hello["sender"]["name"], "Ann Example");
    assert_eq!(bens_screen.message().await, hello);
    assert_eq!(anns_screen.message().await, hello);
    let answer = ben.send(&room, "Hello Ann").await;
    assert_eq!(answer["seq"], 2);
    assert_eq!(anns_screen.message().await, answer);
    assert_eq!(bens_screen.message().await, answer);

    // An edit and a deletion are the message's new state.
    let edit =
        format!("mutation($input: UpdateMessageInput!) {{ updateMessage(input: $input) {{ {MESSAGE} }} }}");
    let input = json!({ "roomId": room, "id": hello["id"], "content": { "text": "Hello, Ben!" } });
    let edited = ann.ask(&edit, json!({ "input": input })).await["updateMessage"].take();
    assert_eq!((&edited["version"], &edited["seq"]), (&json!(2), &json!(1)));
    assert_eq!(bens_screen.message().await, edited);
    assert_eq!(ben.refused(&edit, json!({ "input": input })).await, "Forbidden");
    let delete =
        format!("mutation($input: DeleteMessageInput!) {{ deleteMessage(input: $input) {{ {MESSAGE} }} }}");
    let input = json!({ "roomId": room, "id": hello["id"] });
    let deleted = ann.ask(&delete, json!({ "input": input })).await["deleteMessage"].take();
    assert!(deleted["deletedAt"].is_string() && deleted["content"]["text"].is_null());
    assert_eq!(bens_screen.message().await, deleted);

    // Cy is signed in, but no member: neither reads, writes nor listens.
    let read = "query($room: ID!) { listMessages(roomId: $room) { items { id } } }";
    assert_eq!(cy.refused(read, json!({ "room": room })).await, "Forbidden");
    let send = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }";
    let input = json!({ "roomId": room, "content": { "text": "Let me in" } });
    assert_eq!(cy.refused(send, json!({ "input": input })).await, "Forbidden");
    let mut cys_screen = cy.go_live().await;
    let subscribe = "subscription($room: ID!) { onMessage(roomId: $room) { id } }";
    let frame = cys_screen.start("1", subscribe, json!({ "room": room })).await;
    assert_eq!(frame["type"], "error");
    assert_eq!(frame["payload"]["errors"][0]["errorType"], "Forbidden");
}

#[tokio::test]
async fn a_subscriber_hears_its_own_room_only() {
    let parlor = Parlor::start().await;
    let ann = Person::join(&parlor, "Ann").await;
    let (here, there) = (ann.create_room("PRIVATE").await, ann.create_room("PRIVATE").await);
    let mut screen = ann.go_live().await;
    screen.listen(&here).await;
    ann.send(&there, "not for this screen").await;
    let expected = ann.send(&here, "for this screen").await;
    assert_eq!(screen.message().await, expected);
    assert_eq!(screen.unheard("data"), 0);
}

#[tokio::test]
async fn new_public_rooms_are_announced_and_private_ones_only_to_their_owner() {
    let parlor = Parlor::start().await;
    let (ann, ben) = (Person::join(&parlor, "Ann").await, Person::join(&parlor, "Ben").await);
    let subscription = "subscription { onCreateRoom { id name visibility ownerId } }";
    let (mut anns, mut bens) = (ann.go_live().await, ben.go_live().await);
    assert_eq!(anns.start("rooms", subscription, Value::Null).await["type"], "start_ack");
    assert_eq!(bens.start("rooms", subscription, Value::Null).await["type"], "start_ack");
    let hidden = ann.create_room("PRIVATE").await;
    let open = ann.create_room("PUBLIC").await;
    let mut heard = Vec::new();
    for _ in 0..2 {
        heard.push(
            anns.hear(|frame| frame["type"] == "data").await["payload"]["data"]["onCreateRoom"]["id"].take(),
        );
    }
    assert_eq!(heard, [json!(hidden), json!(open)]);
    let frame = bens.hear(|frame| frame["type"] == "data").await;
    assert_eq!(
        frame["payload"]["data"]["onCreateRoom"]["id"],
        json!(open),
        "Ben hears of the public room only"
    );
}

#[tokio::test]
async fn a_private_room_opens_to_whom_its_owner_adds_and_closes_again() {
    let parlor = Parlor::start().await;
    let (ann, ben) = (Person::join(&parlor, "Ann").await, Person::join(&parlor, "Ben").await);
    let room = ann.create_room("PRIVATE").await;
    let join = "mutation($room: ID!) { joinRoom(roomId: $room) { role } }";
    assert_eq!(ben.refused(join, json!({ "room": room })).await, "Forbidden");
    let get = "query($room: ID!) { getRoom(id: $room) { id } }";
    assert_eq!(ben.refused(get, json!({ "room": room })).await, "Forbidden");

    let add = "mutation($input: AddMemberInput!) { addMember(input: $input) { role user { id name } } }";
    let input = json!({ "roomId": room, "userId": ben.id });
    let added = ann.ask(add, json!({ "input": input })).await;
    assert_eq!(
        added["addMember"],
        json!({ "role": "MEMBER", "user": { "id": ben.id, "name": "Ben Example" } })
    );
    ben.send(&room, "Thank you").await;
    let rooms = ben.ask("{ listRooms { items { id } nextToken } }", Value::Null).await;
    assert_eq!(rooms["listRooms"]["items"], json!([{ "id": room }]));
    let members = "query($room: ID!) { listMembers(roomId: $room) { items { role user { name } } } }";
    let members = ben.ask(members, json!({ "room": room })).await;
    assert_eq!(members["listMembers"]["items"].as_array().map(Vec::len), Some(2));

    let remove = "mutation($input: RemoveMemberInput!) { removeMember(input: $input) { user { id } } }";
    let input = json!({ "roomId": room, "userId": ben.id });
    ann.ask(remove, json!({ "input": input })).await;
    let send = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }";
    let input = json!({ "roomId": room, "content": { "text": "Hello?" } });
    assert_eq!(ben.refused(send, json!({ "input": input })).await, "Forbidden");
}

#[tokio::test]
async fn whoever_is_removed_hears_nothing_more() {
    let parlor = Parlor::start().await;
    let (ann, ben) = (Person::join(&parlor, "Ann").await, Person::join(&parlor, "Ben").await);
    let room = ann.create_room("PUBLIC").await;
    ben.join_room(&room).await;
    let (mut anns_screen, mut bens_screen) = (ann.go_live().await, ben.go_live().await);
    anns_screen.listen(&room).await;
    bens_screen.listen(&room).await;
    let before = ann.send(&room, "Ben can read this").await;
    assert_eq!(bens_screen.message().await, before);

    let remove = "mutation($input: RemoveMemberInput!) { removeMember(input: $input) { user { id } } }";
    let removed = ann.ask(remove, json!({ "input": { "roomId": room, "userId": ben.id } })).await;
    assert_eq!(removed["removeMember"]["user"]["id"], json!(ben.id));
    let after = ann.send(&room, "but not this").await;
    assert_eq!(anns_screen.message().await, before);
    assert_eq!(anns_screen.message().await, after, "the others go on");
    let heard = bens_screen.until_closed().await;
    assert!(heard.iter().all(|frame| frame["type"] != "data"), "{heard:?}");

    let mut again = ben.go_live().await;
    let subscribe = "subscription($room: ID!) { onMessage(roomId: $room) { id } }";
    let frame = again.start("1", subscribe, json!({ "room": room })).await;
    assert_eq!(frame["payload"]["errors"][0]["errorType"], "Forbidden");
    // A refusal keeps its kind through the script.
    assert_eq!(
        ben.refused(remove, json!({ "input": { "roomId": room, "userId": ann.id } })).await,
        "Forbidden"
    );
}
