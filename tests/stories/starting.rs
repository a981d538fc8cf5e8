//! Starting and stopping, as somebody at a terminal sees it.

use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tests::person::PASSWORD;
use tests::{PATIENCE, Parlor, Person, parlor};

async fn run(arguments: &[&str]) -> Output {
    let program = tokio::process::Command::new(parlor::program()).args(arguments).kill_on_drop(true).output();
    tokio::time::timeout(PATIENCE, program).await.expect("it ends by itself").expect("it runs")
}

#[tokio::test]
async fn a_second_instance_is_told_what_is_in_its_way() {
    let first = Parlor::start().await;
    let data = first.data().to_str().expect("a path");
    let same_data = run(&["--port", "0", "--data", data]).await;
    let error = String::from_utf8_lossy(&same_data.stderr);
    assert!(!same_data.status.success() && error.contains("is in use by another Parlor"), "{error}");
    assert!(error.contains("--data"), "it says what to do: {error}");

    let other = tempfile::tempdir().expect("a folder");
    let port = first.port().to_string();
    let same_port = run(&["--port", &port, "--data", other.path().to_str().expect("a path")]).await;
    let error = String::from_utf8_lossy(&same_port.stderr);
    assert!(!same_port.status.success() && error.contains(&format!("port {port} is in use")), "{error}");
    assert!(error.contains("--port"), "it says what to do: {error}");
}

#[tokio::test]
async fn an_interrupt_ends_it_cleanly() {
    let data = tempfile::tempdir().expect("a folder");
    let mut process = tokio::process::Command::new(parlor::program())
        .args(["--port", "0", "--data", data.path().to_str().expect("a path")])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut output = tokio::io::BufReader::new(process.stdout.take().expect("stdout is piped"));
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        let read = tokio::io::AsyncBufReadExt::read_line(&mut output, &mut text).await.expect("text");
        assert_ne!(read, 0, "it ended before it greeted: {text}");
    }
    let id = process.id().expect("it runs").to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
    let status = tokio::time::timeout(PATIENCE, process.wait()).await.expect("it ends in time");
    assert!(status.expect("it ended").success());
}

#[tokio::test]
async fn help_shows_examples_and_mistakes_are_explained() {
    let help = run(&["--help"]).await;
    let help = String::from_utf8_lossy(&help.stdout);
    for part in ["Examples:", "API Gateway", "--seed web/seed.toml", "--watch"] {
        assert!(help.contains(part), "{part}: {help}");
    }
    let above = tempfile::tempdir().expect("a folder");
    let data = above.path().join("data");
    let data = data.to_str().expect("a path");
    let parameter = run(&["--port", "0", "--data", data, "--parameter", "Stage=nowhere"]).await;
    let error = String::from_utf8_lossy(&parameter.stderr);
    assert!(!parameter.status.success() && error.contains("development, production"), "{error}");
    assert!(!std::fs::exists(data).expect("it can be seen"), "a start that fails leaves no folder behind");
}

#[tokio::test]
async fn a_folder_with_somebody_elses_files_is_neither_filled_nor_closed_to_them() {
    let theirs = tempfile::tempdir().expect("a folder");
    std::fs::write(theirs.path().join("thesis.txt"), "years of work").expect("a file");
    let path = theirs.path().to_str().expect("a path");
    let refused = run(&["--port", "0", "--data", path]).await;
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && error.contains("another folder with --data"), "{error}");
    assert_eq!(std::fs::read_dir(path).expect("it is there").count(), 1);
}

#[tokio::test]
async fn a_check_says_whether_it_would_start_and_leaves_the_data_alone() {
    let parlor = Parlor::start().await;
    let (port, data) = (parlor.port().to_string(), parlor.data().to_str().expect("a path"));
    let fine = run(&["--check", "--port", &port, "--data", data]).await;
    assert!(fine.status.success(), "{}", String::from_utf8_lossy(&fine.stderr));
    assert!(String::from_utf8_lossy(&fine.stdout).contains("It would start."));
    for (parameter, wanted) in [
        ("Stage=nowhere", "development, production"),
        ("AllowedOrigins=*", "Origins with commas between them"),
        ("Stage=production", "AllowedOrigins says where the front end is"),
    ] {
        let unfit = run(&["--check", "--parameter", parameter]).await;
        let error = String::from_utf8_lossy(&unfit.stderr);
        assert!(!unfit.status.success() && error.contains(wanted), "{error}");
    }
}

#[tokio::test]
async fn the_first_page_says_what_runs_where() {
    let parlor = Parlor::start().await;
    let page = reqwest::get(parlor.url()).await.expect("the page is there").text().await.expect("text");
    assert!(page.contains("<title>Parlor"));
    let status = reqwest::get(format!("{}/_local/status", parlor.url())).await.expect("the status is there");
    let status: Value = status.json().await.expect("JSON");
    assert!(
        status["resources"].as_array().is_some_and(|all| all.iter().any(|r| r["logicalId"] == "ChatTable"))
    );
    let not_served = status["notServed"].as_array().expect("a list");
    assert_eq!(not_served.len(), 1, "all but one thing in the template is served: {not_served:?}");
    assert!(not_served[0]["why"].as_str().is_some_and(|why| why.contains("IAM")));
}

#[tokio::test]
async fn a_reset_forgets_everything_and_touches_nothing_else() {
    let mut parlor = Parlor::start().await;
    Person::join(&parlor, "Alice").await;
    let data = parlor.data().to_str().expect("a path").to_owned();
    let in_use = run(&["--port", "0", "--data", &data, "--reset", "--yes"]).await;
    let error = String::from_utf8_lossy(&in_use.stderr);
    assert!(!in_use.status.success() && error.contains("is in use by another Parlor"), "{error}");

    parlor.kill().await;
    let unsure = run(&["--port", "0", "--data", &data, "--reset"]).await;
    let error = String::from_utf8_lossy(&unsure.stderr);
    assert!(!unsure.status.success() && error.contains("--yes"), "nobody is there to ask: {error}");
    parlor.restart().await;
    Person::sign_in(&parlor, "alice@example.com", PASSWORD).await.expect("nothing was deleted");

    parlor.kill().await;
    parlor.restart_with(&["--reset", "--yes"]).await;
    assert!(Person::sign_in(&parlor, "alice@example.com", PASSWORD).await.is_err(), "she is forgotten");
    Person::join(&parlor, "Alice").await;

    let elsewhere = tempfile::tempdir().expect("a folder");
    std::fs::write(elsewhere.path().join("thesis.txt"), "years of work").expect("a file");
    let other = run(&["--data", elsewhere.path().to_str().expect("a path"), "--reset", "--yes"]).await;
    let error = String::from_utf8_lossy(&other.stderr);
    assert!(!other.status.success() && error.contains("was not made by Parlor"), "{error}");
    assert!(elsewhere.path().join("thesis.txt").exists());
}

#[tokio::test]
async fn data_of_an_older_version_open_and_those_of_a_newer_one_are_refused() {
    let mut parlor = Parlor::start().await;
    let alice = Person::join(&parlor, "Alice").await;
    let room = alice.create_room("PUBLIC").await;
    alice.send(&room, "Hello").await;
    parlor.kill().await;
    let version = parlor.data().join("version");
    // The first version wrote no number.
    std::fs::remove_file(&version).expect("there is a number");
    parlor.restart().await;
    let alice = Person::sign_in(&parlor, "alice@example.com", PASSWORD).await.expect("she is known");
    assert_eq!(alice.sync(&room, 0).await["headSeq"], 1);
    let number: u32 = std::fs::read_to_string(&version).expect("a number").trim().parse().expect("a number");

    parlor.kill().await;
    std::fs::write(&version, format!("{}\n", number + 1)).expect("a number");
    let newer = run(&["--port", "0", "--data", parlor.data().to_str().expect("a path")]).await;
    let error = String::from_utf8_lossy(&newer.stderr);
    assert!(!newer.status.success() && error.contains("update Parlor"), "{error}");

    let note = parlor.data().join("note.txt");
    std::fs::write(&note, "mine").expect("a file");
    parlor.restart_with(&["--reset", "--yes"]).await;
    assert!(Person::sign_in(&parlor, "alice@example.com", PASSWORD).await.is_err(), "she is forgotten");
    assert!(note.exists(), "what is not of Parlor stays");
}

#[tokio::test]
async fn it_serves_on_when_nobody_reads_what_it_says() {
    let data = tempfile::tempdir().expect("a folder");
    let mut process = tokio::process::Command::new(parlor::program())
        .args(["--port", "0", "--data", data.path().to_str().expect("a path")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut output = tokio::io::BufReader::new(process.stdout.take().expect("stdout is piped"));
    let mut greeting = String::new();
    tokio::io::AsyncBufReadExt::read_line(&mut output, &mut greeting).await.expect("text");
    let url = greeting.trim().rsplit(' ').next().expect("an address").to_owned();
    // As `| head -1` does.
    drop((output, process.stderr.take()));
    let answer = reqwest::Client::new().post(format!("{url}/graphql")).send().await;
    assert_eq!(answer.expect("it answers").status(), 401, "a request has its line");
    let config = reqwest::get(format!("{url}/config.json")).await.expect("it answers").json::<Value>().await;
    let attributes = ["email", "given_name", "family_name"].map(
        |name| json!({ "Name": name, "Value": if name == "email" { "ann@example.com" } else { "Ann" } }),
    );
    let sign_up = json!({
        "ClientId": config.expect("JSON")["userPoolClientId"], "Username": "ann@example.com",
        "Password": PASSWORD, "UserAttributes": attributes,
    });
    let (status, body) = tests::person::cognito(&url, "SignUp", sign_up).await;
    assert_eq!(status, 200, "a mail has its line: {body}");
    let id = process.id().expect("it runs").to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
    let status = tokio::time::timeout(PATIENCE, process.wait()).await.expect("it ends in time");
    assert!(status.expect("it ended").success(), "cleanly");
}
