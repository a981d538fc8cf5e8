//! Somebody with an e-mail address and a password.

use std::time::SystemTime;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::live::Live;
use crate::parlor::Parlor;
use crate::srp::{SrpClient, timestamp};

/// A person who is signed in.
pub struct Person {
    /// `sub` of the token.
    pub id: String,
    /// What `Authorization` says.
    pub access_token: String,
    /// What the REST API's `Authorization` says.
    pub id_token: String,
    /// For new tokens.
    pub refresh_token: String,
    /// How they sign in.
    pub email: String,
    config: Value,
    http: Client,
}

/// Everybody's password.
pub const PASSWORD: &str = "Correct-horse-9";

/// Calls one operation of Cognito and answers the status and the body.
pub async fn cognito(url: &str, operation: &str, body: Value) -> (u16, Value) {
    let answer = Client::new()
        .post(format!("{url}/"))
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .header("content-type", "application/x-amz-json-1.1")
        .body(body.to_string())
        .send()
        .await
        .expect("the server answers");
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

/// The newest code that was sent to the address.
pub async fn code(url: &str, email: &str) -> String {
    let mails = Client::new().get(format!("{url}/_local/outbox")).query(&[("to", email)]).send().await;
    let mails: Value = mails.expect("the server answers").json().await.expect("the outbox is JSON");
    mails[0]["code"].as_str().expect("a code was sent").to_owned()
}

impl Person {
    /// Signs up, confirms with the code from the outbox, and signs in.
    pub async fn join(parlor: &Parlor, name: &str) -> Person {
        let config = parlor.config().await;
        let (email, client) = (format!("{}@example.com", name.to_lowercase()), &config["userPoolClientId"]);
        let attributes = json!([
            { "Name": "email", "Value": email },
            { "Name": "given_name", "Value": name },
            { "Name": "family_name", "Value": "Example" },
        ]);
        let sign_up = json!({
            "ClientId": client, "Username": email, "Password": PASSWORD, "UserAttributes": attributes,
        });
        let (status, body) = cognito(parlor.url(), "SignUp", sign_up).await;
        assert_eq!((status, &body["UserConfirmed"]), (200, &json!(false)), "{body}");
        let code = code(parlor.url(), &email).await;
        let confirm = json!({ "ClientId": client, "Username": email, "ConfirmationCode": code });
        let (status, body) = cognito(parlor.url(), "ConfirmSignUp", confirm).await;
        assert_eq!(status, 200, "{body}");
        Person::sign_in(parlor, &email, PASSWORD).await.expect("a confirmed user signs in")
    }

    /// Proves the password with SRP, as Amplify does; answers the error's body if that fails.
    pub async fn sign_in(parlor: &Parlor, email: &str, password: &str) -> Result<Person, Value> {
        let config = parlor.config().await;
        let client = &config["userPoolClientId"];
        let pool = config["userPoolId"].as_str().expect("a pool id").split('_').nth(1).expect("a pool name");
        let srp = SrpClient::new(pool);
        let parameters = json!({ "USERNAME": email, "SRP_A": srp.a_hex() });
        let initiate =
            json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters, "ClientId": client });
        let (status, challenge) = cognito(parlor.url(), "InitiateAuth", initiate).await;
        if status != 200 {
            return Err(challenge);
        }
        let parameters = &challenge["ChallengeParameters"];
        let now = timestamp(SystemTime::now());
        let respond = json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": {
                "USERNAME": parameters["USER_ID_FOR_SRP"],
                "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
                "TIMESTAMP": now,
                "PASSWORD_CLAIM_SIGNATURE": srp.answer(parameters, password, &now),
            },
            "ClientId": client,
        });
        let (status, answer) = cognito(parlor.url(), "RespondToAuthChallenge", respond).await;
        if status != 200 {
            return Err(answer);
        }
        let token = |name: &str| {
            answer["AuthenticationResult"][name].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
        };
        let mut person = Person {
            id: String::new(),
            access_token: token("AccessToken"),
            id_token: token("IdToken"),
            refresh_token: token("RefreshToken"),
            email: email.to_owned(),
            config,
            http: Client::new(),
        };
        person.id =
            person.ask("{ me { id } }", json!({})).await["me"]["id"].as_str().expect("an id").to_owned();
        Ok(person)
    }

    /// `POST /graphql` with any body.
    pub async fn post(&self, body: String) -> Response {
        let url = self.config["graphqlUrl"].as_str().expect("a GraphQL URL");
        let request = self.http.post(url).header("authorization", &self.access_token);
        request.body(body).send().await.expect("the server answers")
    }

    /// The whole answer of an operation: `data`, `errors`.
    pub async fn answer(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.post(body).await.json().await.expect("the answer is JSON")
    }

    /// The whole answer of an operation; `None` if the server is gone before it is there.
    pub async fn try_answer(&self, query: &str, variables: Value) -> Option<Value> {
        let url = self.config["graphqlUrl"].as_str().expect("a GraphQL URL");
        let request = self.http.post(url).header("authorization", &self.access_token);
        let body = json!({ "query": query, "variables": variables });
        request.json(&body).send().await.ok()?.json().await.ok()
    }

    /// The data of an operation that must succeed.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// The `errorType` of an operation that must be refused.
    pub async fn refused(&self, query: &str, variables: Value) -> String {
        let answer = self.answer(query, variables).await;
        match answer["errors"][0]["errorType"].as_str() {
            Some(error_type) => error_type.to_owned(),
            None => panic!("{query}\nwas not refused: {answer:#}"),
        }
    }

    /// Makes a room and answers its id.
    pub async fn create_room(&self, visibility: &str) -> String {
        let query = "mutation($input: CreateRoomInput!) {
            createRoom(input: $input) { id name visibility ownerId createdAt headSeq } }";
        let input = json!({ "name": "A room", "visibility": visibility });
        let room = self.ask(query, json!({ "input": input })).await;
        room["createRoom"]["id"].as_str().expect("a room has an id").to_owned()
    }

    /// Becomes a member of a public room.
    pub async fn join_room(&self, room: &str) {
        let query = "mutation($room: ID!) { joinRoom(roomId: $room) { role } }";
        assert_eq!(self.ask(query, json!({ "room": room })).await["joinRoom"]["role"], "MEMBER");
    }

    /// Sends a text and answers the message.
    pub async fn send(&self, room: &str, text: &str) -> Value {
        self.send_as(room, text, Value::Null).await
    }

    /// Sends a text under a client id.
    pub async fn send_as(&self, room: &str, text: &str, client_id: Value) -> Value {
        let query = format!(
            "mutation($input: SendMessageInput!) {{ sendMessage(input: $input) {{ {} }} }}",
            crate::MESSAGE
        );
        let input = json!({ "roomId": room, "clientId": client_id, "content": { "text": text } });
        self.ask(&query, json!({ "input": input })).await["sendMessage"].take()
    }

    /// Everything after a sequence number.
    pub async fn sync(&self, room: &str, after: u64) -> Value {
        let query = format!(
            "query($room: ID!, $after: Int!) {{
                syncMessages(roomId: $room, afterSeq: $after, limit: 100) {{ items {{ {} }} headSeq }} }}",
            crate::MESSAGE
        );
        self.ask(&query, json!({ "room": room, "after": after })).await["syncMessages"].take()
    }

    /// Opens a realtime connection of one's own.
    pub async fn go_live(&self) -> Live {
        Live::connect(&self.config, &self.access_token).await
    }
}
