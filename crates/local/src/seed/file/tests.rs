//! What a seed may say, and how its faults are told.

use super::*;

const PEOPLE: &str = "password = 'Correct-horse-9'\n\
    [users.alice]\nemail = 'Alice@example.com'\n\
    [users.bob]\nemail = 'bob@example.com'\n";

fn faults(text: &str) -> String {
    parse(Path::new("seed.toml"), text).expect_err("it is faulty").to_string()
}

#[test]
fn ids_stay_when_a_message_is_put_before_others_and_repeats_have_their_own() {
    let room = |messages: &str| {
        let room = "[[rooms]]\nname = 'Tea'\nowner = 'alice'\nmembers = ['bob']\n";
        let seed = format!("{PEOPLE}{room}messages = [{messages}]");
        parse(Path::new("seed.toml"), &seed).expect("it is right").rooms.remove(0)
    };
    let ids = |room: &Room| room.messages.iter().map(|it| it.client_id.clone()).collect::<Vec<_>>();
    let short = room("{ from = 'alice', text = 'Hi' }, { from = 'alice', text = 'Hi' }");
    let long = room(
        "{ from = 'bob', text = 'Hi' }, { from = 'alice', text = 'Hi' }, { from = 'alice', text = 'Hi' }",
    );
    assert_eq!(short.client_id, long.client_id);
    assert_eq!(ids(&short), ids(&long)[1..]);
    assert_eq!(ids(&long).into_iter().collect::<HashSet<_>>().len(), 3);
}

#[test]
fn every_fault_is_told_with_its_line() {
    let seed = format!(
        "{PEOPLE}[[rooms]]\n\
         name = ''\n\
         owner = 'alice'\n\
         members = ['bob', 'carol', 'alice']\n\
         messages = [\n\
           {{ from = 'dave', text = 'Hi' }},\n\
           {{ from = 'bob' }},\n\
           {{ from = 'bob', text = ' ' }},\n\
           {{ from = 'bob', files = ['not-there.png'] }},\n\
           {{ from = 'bob', text = 'x', edited = 'y', deleted = true }},\n\
         ]\n"
    );
    let faults = faults(&seed);
    for (line, part) in [
        (6, "name is empty"),
        (9, "no user carol: add [users.carol]"),
        (9, "alice is in the room already"),
        (11, "no user dave"),
        (12, "the message is empty"),
        (13, "the text is empty"),
        (14, "not-there.png"),
        (15, "deleted cannot be edited"),
    ] {
        let is_told = |it: &str| it.starts_with(&format!("seed.toml:{line}: ")) && it.contains(part);
        assert!(faults.lines().any(is_told), "{line}: {part}\n{faults}");
    }
    assert_eq!(faults.lines().count(), 8, "{faults}");
}

#[test]
fn what_the_file_may_not_say_is_refused_with_its_line() {
    let unknown = faults("password = 'x'\n[users.alice]\nemail = 'a@example.com'\nage = 7\n");
    assert!(unknown.starts_with("seed.toml:4: unknown field `age`"), "{unknown}");
    let broken = faults("password = 'x'\nusers = [\n");
    assert!(broken.starts_with("seed.toml:"), "{broken}");
    let nobody = faults("[users.alice]\nemail = 'a@example.com'\n");
    assert!(nobody.contains("seed.toml:1: alice has no password"), "{nobody}");
    let twice = faults(&format!("{PEOPLE}[users.ally]\nemail = 'ALICE@example.com'\n"));
    assert!(twice.contains("another user's"), "{twice}");
    let room = "[[rooms]]\nname = 'Tea'\nowner = 'alice'\n";
    let twice = faults(&format!("{PEOPLE}{room}{room}"));
    assert!(twice.starts_with("seed.toml:9: alice has another room \"Tea\""), "{twice}");
    let stranger = faults(&format!("{PEOPLE}{room}messages = [{{ from = 'bob', text = 'Let me in' }}]\n"));
    assert!(stranger.contains("bob is not in the room"), "{stranger}");
}
