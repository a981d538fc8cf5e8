//! What was acknowledged is there, whatever happens to the server. `tests/kills` does it under load.

use serde_json::json;
use tests::{Parlor, Person};

#[tokio::test]
async fn everything_acknowledged_survives_a_kill_and_the_sequence_goes_on() {
    let mut parlor = Parlor::start().await;
    let (ann, ben) = (Person::join(&parlor, "Ann").await, Person::join(&parlor, "Ben").await);
    let room = ann.create_room("PUBLIC").await;
    ben.join_room(&room).await;
    let first = ann.send_as(&room, "before the crash", json!("mine-1")).await;
    let second = ben.send(&room, "me too").await;

    parlor.kill().await;
    parlor.restart().await;

    // The old tokens, the room, the membership, the messages, the memory of client ids.
    let sync = ben.sync(&room, 0).await;
    assert_eq!(sync, json!({ "items": [first, second], "headSeq": 2 }));
    assert_eq!(ann.send_as(&room, "before the crash", json!("mine-1")).await, first);
    assert_eq!(ben.send(&room, "after it").await["seq"], 3);
    let again = Person::sign_in(&parlor, &ann.email, tests::person::PASSWORD).await;
    assert_eq!(again.expect("the account is still there").id, ann.id);
}
