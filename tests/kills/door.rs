//! How the load speaks to the server: an answer, or the server is gone.

use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tests::{Parlor, Person};
use tokio::sync::Notify;

/// The server went away before its answer was here. What was asked may have happened, or not.
#[derive(Debug)]
pub(crate) struct Gone;

/// Connections of their own for each life of the server.
pub(crate) struct Door {
    http: Client,
    url: String,
    graphql: String,
    token: String,
    client_id: Value,
    /// Told of each acknowledged operation.
    pub(crate) acknowledged: Notify,
}

static REPEATED: AtomicUsize = AtomicUsize::new(0);

/// Calls that were made again, after a kill had left it open whether they had happened.
pub(crate) fn repeated() -> usize {
    REPEATED.load(Ordering::Relaxed)
}

/// To be told when a call is made again.
pub(crate) fn again() {
    REPEATED.fetch_add(1, Ordering::Relaxed);
}

impl Door {
    pub(crate) async fn of(parlor: &Parlor, person: &Person) -> Door {
        let config = parlor.config().await;
        Door {
            http: Client::new(),
            url: parlor.url().to_owned(),
            graphql: config["graphqlUrl"].as_str().unwrap().to_owned(),
            token: person.access_token.clone(),
            client_id: config["commandLineClientId"].clone(),
            acknowledged: Notify::new(),
        }
    }

    /// The data of an operation. An answer with errors is not acceptable, whenever the kill comes.
    pub(crate) async fn graphql(&self, query: &str, variables: Value) -> Result<Value, Gone> {
        let request = self.http.post(&self.graphql).header("authorization", &self.token);
        let (status, body) = send(request.json(&json!({ "query": query, "variables": variables }))).await?;
        let mut answer: Value = serde_json::from_slice(&body).unwrap();
        assert!(status == 200 && answer.get("errors").is_none(), "{query}\n{variables}\n{answer}");
        self.acknowledged.notify_one();
        Ok(answer["data"].take())
    }

    /// The status and the body of an operation of Cognito.
    pub(crate) async fn cognito(&self, operation: &str, mut body: Value) -> Result<(u16, Value), Gone> {
        if body.get("AccessToken").is_none() {
            body["ClientId"] = self.client_id.clone();
        }
        let request = self.http.post(format!("{}/", self.url));
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let (status, body) = send(request.header("x-amz-target", target).body(body.to_string())).await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// The newest code that was sent to the address.
    pub(crate) async fn code(&self, email: &str) -> Result<String, Gone> {
        let request = self.http.get(format!("{}/_local/outbox", self.url)).query(&[("to", email)]);
        let (_, body) = send(request).await?;
        let mails: Value = serde_json::from_slice(&body).unwrap();
        Ok(mails[0]["code"].as_str().unwrap_or_else(|| panic!("no code for {email}: {mails}")).to_owned())
    }

    /// Uploads as `createUpload` said, and answers the status.
    pub(crate) async fn upload(&self, upload: &Value, bytes: Vec<u8>) -> Result<u16, Gone> {
        let mut request = self.http.put(upload["url"].as_str().unwrap());
        for header in upload["headers"].as_array().unwrap() {
            // The client counts the bytes by itself.
            if header["name"] != "content-length" {
                request = request.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
            }
        }
        Ok(send(request.body(bytes)).await?.0)
    }

    /// What is behind a link.
    pub(crate) async fn get(&self, url: &str) -> Result<(u16, Vec<u8>), Gone> {
        send(self.http.get(url)).await
    }
}

async fn send(request: RequestBuilder) -> Result<(u16, Vec<u8>), Gone> {
    let answer = request.send().await.map_err(|_| Gone)?;
    let status = answer.status().as_u16();
    Ok((status, answer.bytes().await.map_err(|_| Gone)?.into()))
}
