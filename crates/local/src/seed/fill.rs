//! Filling a stack: what the seed names and the stack lacks comes in, in the order of the file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use local_cognito::Cognito;
use serde_json::{Value, json};

use super::client::Refusal;
use super::{Membership, Message, Person, Room, Seed, SeedError, Who};

/// The stack to fill.
pub(crate) struct Stack {
    /// What answers requests, without the list of them.
    pub(crate) router: Router,
    /// `localhost:PORT`.
    pub(crate) host: String,
    pub(crate) cognito: Arc<Cognito>,
}

/// What was not there before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// Accounts made.
    pub people: usize,
    /// Rooms made.
    pub rooms: usize,
    /// Messages sent.
    pub messages: usize,
}

/// Whoever waits at the terminal hears of progress so often.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// The largest page.
const PAGE: usize = 100;

/// Brings in what the stack lacks. Twice is once, also after a run that was interrupted: accounts are known by their
/// e-mail addresses, rooms and messages by client ids that are made of what the file says of them.
pub(crate) async fn fill(seed: &Seed, stack: &Stack) -> Result<Filled, SeedError> {
    let password_client = check(seed, stack.cognito.user_pool())?;
    let total = seed.rooms.iter().map(|room| room.messages.len()).sum();
    let mut filling = Filling {
        seed,
        stack,
        password_client,
        people: Vec::new(),
        rooms: HashMap::new(),
        filled: Filled::default(),
        messages_seen: 0,
        messages_total: total,
        told_at: Instant::now(),
    };
    for person in &seed.people {
        filling.person(person).await?;
    }
    for room in &seed.rooms {
        filling.room(room).await?;
    }
    Ok(filling.filled)
}

/// What only the pool can say, before anybody signs up. Answers the client that takes a password as it is.
fn check(seed: &Seed, pool: &local_cognito::UserPoolConfig) -> Result<String, SeedError> {
    let mut faults = Vec::new();
    for person in &seed.people {
        let mut fault = |what: String| {
            faults.push(format!("{}:{}: {}: {what}", seed.path.display(), person.line, person.email));
        };
        if let Err(error) = pool.password_policy.check(&person.password) {
            fault(error.to_string());
        }
        for required in &pool.required_attributes {
            if !person.attributes.iter().any(|(name, value)| name == required && !value.is_empty()) {
                fault(format!("the user pool wants everybody's {required}: add it"));
            }
        }
        for group in person.groups.iter().filter(|group| !pool.groups.contains(group)) {
            fault(format!("there is no group {group}: the user pool has {}", pool.groups.join(", ")));
        }
    }
    let takes_passwords = |client: &&local_cognito::ClientConfig| {
        client.explicit_auth_flows.iter().any(|flow| flow == "ALLOW_USER_PASSWORD_AUTH")
    };
    let client = pool.clients.iter().find(takes_passwords);
    if client.is_none() {
        faults.push(format!(
            "{}: this stage has no client that takes a password as it is, so nobody can be signed in: start without \
             --seed, or in a stage other than production",
            seed.path.display()
        ));
    }
    match client {
        Some(client) if faults.is_empty() => Ok(client.client_id.clone()),
        _ => Err(SeedError::Faulty(faults.join("\n"))),
    }
}

struct Filling<'a> {
    seed: &'a Seed,
    stack: &'a Stack,
    password_client: String,
    /// Those of the seed's people who have come in so far.
    people: Vec<SignedIn>,
    /// The rooms that an owner had before.
    rooms: HashMap<Who, HashSet<String>>,
    filled: Filled,
    messages_seen: usize,
    messages_total: usize,
    told_at: Instant,
}

struct SignedIn {
    id: String,
    token: String,
}

/// A message that was there before.
struct Known {
    id: Value,
    version: u64,
}

impl Filling<'_> {
    /// Signs up, if need be, and in.
    async fn person(&mut self, person: &Person) -> Result<(), SeedError> {
        let Person { line, email, password, attributes, groups } = person;
        let refused = |what: &str, reason: Refusal| {
            self.seed.refused(*line, format!("{email}: {what}"), reason.to_string())
        };
        let (stack, client) = (self.stack, &self.password_client);
        let attributes: Vec<Value> =
            attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let sign_up = json!({
            "ClientId": client, "Username": email, "Password": password, "UserAttributes": attributes,
        });
        let (is_new, wants_code) = match stack.cognito("SignUp", &sign_up).await {
            // A PreSignUp function may confirm people by itself.
            Ok(answer) => (true, answer["UserConfirmed"] != true),
            Err(refusal) if refusal.name == "UsernameExistsException" => (false, false),
            Err(refusal) => return Err(refused("SignUp", refusal)),
        };
        let name = json!({ "ClientId": client, "Username": email });
        if wants_code {
            self.confirm(email).await.map_err(|refusal| refused("ConfirmSignUp", refusal))?;
        }
        let token = match self.sign_in(email, password).await {
            // Somebody signed up and did not come to the end, perhaps an interrupted seed.
            Err(refusal) if refusal.name == "UserNotConfirmedException" => {
                let sent = stack.cognito("ResendConfirmationCode", &name).await;
                sent.map_err(|refusal| refused("ResendConfirmationCode", refusal))?;
                self.confirm(email).await.map_err(|refusal| refused("ConfirmSignUp", refusal))?;
                self.sign_in(email, password).await
            }
            signed_in => signed_in,
        };
        let token = token.map_err(|refusal| {
            refused("the account is there, and its password is not the seed's, or it asks for more", refusal)
        })?;
        for group in groups {
            let added = stack.cognito.add_user_to_group(email, group).await;
            added
                .map_err(|error| self.seed.refused(*line, format!("{email}: {group}"), error.to_string()))?;
        }
        let me = stack.graphql(&token, "{ me { id } }", json!({})).await;
        let me = me.map_err(|refusal| refused("me", refusal))?;
        let id = me["id"].as_str().unwrap_or_default().to_owned();
        self.people.push(SignedIn { id, token });
        self.filled.people += usize::from(is_new);
        Ok(())
    }

    async fn confirm(&self, email: &str) -> Result<(), Refusal> {
        let code = self.stack.code(email).await?;
        let confirm =
            json!({ "ClientId": self.password_client, "Username": email, "ConfirmationCode": code });
        self.stack.cognito("ConfirmSignUp", &confirm).await.map(drop)
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<String, Refusal> {
        let initiate = json!({
            "ClientId": self.password_client,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": email, "PASSWORD": password },
        });
        let answer = self.stack.cognito("InitiateAuth", &initiate).await?;
        let token = answer["AuthenticationResult"]["AccessToken"].as_str().map(str::to_owned);
        token.ok_or_else(|| Refusal {
            name: answer["ChallengeName"].as_str().unwrap_or("InitiateAuth").to_owned(),
            message: "a seed has nothing but the password to sign in with".to_owned(),
        })
    }

    async fn room(&mut self, room: &Room) -> Result<(), SeedError> {
        let refused = |reason: Refusal| {
            self.seed.refused(room.line, format!("room {:?}", room.name), reason.to_string())
        };
        let owner = &self.people[room.owner].token;
        let query = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { \
                     id name visibility ownerId createdAt headSeq } }";
        let input = json!({
            "name": room.name, "visibility": room.visibility, "clientId": room.client_id,
        });
        if !self.rooms.contains_key(&room.owner) {
            let rooms = self.all(owner, ROOMS, &Value::Null, "/id").await.map_err(refused)?;
            self.rooms.insert(room.owner, rooms);
        }
        let made = self.stack.graphql(owner, query, json!({ "input": input })).await.map_err(refused)?;
        let id = &made["id"];
        let is_new = !self.rooms[&room.owner].contains(id.as_str().unwrap_or_default());
        self.filled.rooms += usize::from(is_new);
        let present = self.all(owner, MEMBERS, id, "/user/id").await.map_err(refused)?;
        let known = match made["headSeq"].as_u64() {
            Some(0) => HashMap::new(),
            _ => self.known(owner, id).await.map_err(refused)?,
        };
        for membership in &room.members {
            if !present.contains(&self.people[membership.person].id) {
                self.member(room, id, membership).await?;
            }
        }
        for message in &room.messages {
            self.message(id, message, known.get(&message.client_id)).await?;
            self.tell();
        }
        Ok(())
    }

    /// What one of a list's items says, of all items on all pages.
    async fn all(
        &self,
        token: &str,
        query: &str,
        room: &Value,
        item: &str,
    ) -> Result<HashSet<String>, Refusal> {
        let mut all = HashSet::new();
        let mut next = Value::Null;
        loop {
            let variables = json!({ "room": room, "limit": PAGE, "next": next });
            let mut page = self.stack.graphql(token, query, variables).await?;
            let items = page["items"].as_array().into_iter().flatten();
            all.extend(items.filter_map(|found| found.pointer(item)?.as_str().map(str::to_owned)));
            next = page["nextToken"].take();
            if next.is_null() {
                return Ok(all);
            }
        }
    }

    /// A room's messages by client id.
    async fn known(&self, token: &str, room: &Value) -> Result<HashMap<String, Known>, Refusal> {
        let query = "query($room: ID!, $after: Int!, $limit: Int) { \
                     syncMessages(roomId: $room, afterSeq: $after, limit: $limit) { \
                     items { id seq clientId version } headSeq } }";
        let mut known = HashMap::new();
        let mut after = json!(0);
        loop {
            let variables = json!({ "room": room, "after": after, "limit": PAGE });
            let page = self.stack.graphql(token, query, variables).await?;
            let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
            for item in items {
                let version = item["version"].as_u64().unwrap_or(1);
                if let Some(client_id) = item["clientId"].as_str() {
                    known.insert(client_id.to_owned(), Known { id: item["id"].clone(), version });
                }
            }
            match items.last().map(|item| &item["seq"]) {
                Some(last) if *last != page["headSeq"] => after = last.clone(),
                _ => return Ok(known),
            }
        }
    }

    /// Whoever may come in by themselves does; the others are added by the owner.
    async fn member(&self, room: &Room, id: &Value, membership: &Membership) -> Result<(), SeedError> {
        let Membership { line, person, is_admin } = *membership;
        let SignedIn { id: user, token } = &self.people[person];
        let added = if room.visibility == chat::rooms::Visibility::Public && !is_admin {
            let query = "mutation($room: ID!) { joinRoom(roomId: $room) { roomId } }";
            self.stack.graphql(token, query, json!({ "room": id })).await
        } else {
            let query = "mutation($input: AddMemberInput!) { addMember(input: $input) { roomId } }";
            let role = if is_admin { "ADMIN" } else { "MEMBER" };
            let input = json!({ "roomId": id, "userId": user, "role": role });
            self.stack.graphql(&self.people[room.owner].token, query, json!({ "input": input })).await
        };
        added.map(drop).map_err(|refusal| {
            let what = format!("a member of {:?}", room.name);
            self.seed.refused(line, what, refusal.to_string())
        })
    }

    /// Sends it, if it is not there; then edits or deletes it, unless that, or anything else, was done to it.
    async fn message(
        &mut self,
        room: &Value,
        message: &Message,
        known: Option<&Known>,
    ) -> Result<(), SeedError> {
        let refused =
            |what: &str, refusal: Refusal| self.seed.refused(message.line, what, refusal.to_string());
        let (id, version) = match known {
            Some(known) => (known.id.clone(), known.version),
            None => (self.send(room, message).await?, 1),
        };
        if version == 1 {
            let token = self.token(message.from);
            let target = json!({ "roomId": room, "id": id });
            if let Some(text) = &message.edited {
                let query = format!(
                    "mutation($input: UpdateMessageInput!) {{ updateMessage(input: $input) {{ {MESSAGE} }} }}"
                );
                let mut input = target;
                input["content"] = json!({ "text": text });
                let edited = self.stack.graphql(token, &query, json!({ "input": input })).await;
                edited.map_err(|refusal| refused("updateMessage", refusal))?;
            } else if message.is_deleted {
                let query = format!(
                    "mutation($input: DeleteMessageInput!) {{ deleteMessage(input: $input) {{ {MESSAGE} }} }}"
                );
                let deleted = self.stack.graphql(token, &query, json!({ "input": target })).await;
                deleted.map_err(|refusal| refused("deleteMessage", refusal))?;
            }
        }
        self.filled.messages += usize::from(known.is_none());
        Ok(())
    }

    /// Uploads the files, sends the message and answers its id.
    async fn send(&self, room: &Value, message: &Message) -> Result<Value, SeedError> {
        let refused = |what: &str, reason: String| self.seed.refused(message.line, what, reason);
        let token = self.token(message.from);
        let mut attachments = Vec::new();
        for file in &message.files {
            let bytes = std::fs::read(&file.path)
                .map_err(|cause| SeedError::Unreadable { path: file.path.clone(), cause })?;
            let query = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { \
                         attachment { id } method url headers { name value } } }";
            let input = json!({
                "roomId": room, "name": file.name, "contentType": file.content_type, "size": bytes.len(),
            });
            let upload = self.stack.graphql(token, query, json!({ "input": input })).await;
            let upload = upload.map_err(|refusal| refused("createUpload", refusal.to_string()))?;
            let uploaded = self.stack.upload(&upload, bytes).await;
            uploaded.map_err(|refusal| refused(&file.name, refusal.to_string()))?;
            attachments.push(upload["attachment"]["id"].clone());
        }
        let query =
            format!("mutation($input: SendMessageInput!) {{ sendMessage(input: $input) {{ {MESSAGE} }} }}");
        let input = json!({
            "roomId": room,
            "clientId": message.client_id,
            "content": { "text": message.text, "attachmentIds": attachments },
        });
        let sent = self.stack.graphql(token, &query, json!({ "input": input })).await;
        let sent = sent.map_err(|refusal| refused("sendMessage", refusal.to_string()))?;
        Ok(sent["id"].clone())
    }

    fn token(&self, who: Who) -> &str {
        &self.people[who].token
    }

    fn tell(&mut self) {
        self.messages_seen += 1;
        if self.told_at.elapsed() >= TELL_EVERY {
            self.told_at = Instant::now();
            eprintln!("seed: {} of {} messages", self.messages_seen, self.messages_total);
        }
    }
}

const ROOMS: &str = "query($limit: Int, $next: String) { \
    listRooms(scope: MINE, limit: $limit, nextToken: $next) { items { id } nextToken } }";

const MEMBERS: &str = "query($room: ID!, $limit: Int, $next: String) { \
    listMembers(roomId: $room, limit: $limit, nextToken: $next) { items { user { id } } nextToken } }";

/// Every field, so that whoever listens gets all of them.
const MESSAGE: &str = "id roomId seq clientId sender { id name avatarUrl } \
    content { text attachments { id name contentType size url } } createdAt updatedAt deletedAt version";
