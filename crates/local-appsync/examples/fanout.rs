//! An API whose one mutation answers its argument, on one thread: what `benches/local` measures fan-out with.
//!
//! It prints its address. The API key is `da2-key`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::serve::ListenerExt;
use local_appsync::{
    Api, AuthMode, Authenticator, Caller, Context, Credentials, Definition, Field, Limits, Raised, Refused,
    Resolved, Resolver,
};
use serde_json::{Value, json};

const SCHEMA: &str = "
    type Query { message: Message }
    type Mutation { send(room: ID!, text: String!): Message }
    type Subscription { onMessage(room: ID!): Message @aws_subscribe(mutations: [\"send\"]) }
    type Message { room: ID! text: String! }";

struct Echo;

#[async_trait]
impl Resolver for Echo {
    async fn resolve(&self, context: Context) -> Result<Resolved, Raised> {
        Ok(Value::Object(context.arguments).into())
    }
}

struct Subscribed;

#[async_trait]
impl Resolver for Subscribed {
    async fn resolve(&self, _: Context) -> Result<Resolved, Raised> {
        Ok(Value::Null.into())
    }
}

struct Key;

#[async_trait]
impl Authenticator for Key {
    async fn authenticate(&self, credentials: &Credentials) -> Result<Caller, Refused> {
        match credentials {
            Credentials::ApiKey(key) if key == "da2-key" => Ok(Caller {
                mode: AuthMode::ApiKey,
                identity: json!(null),
                groups: vec![],
                expires_at_s: None,
                permission: None,
            }),
            _ => Err(Refused::not_authorized()),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let resolvers: HashMap<Field, Arc<dyn Resolver>> = HashMap::from([
        (Field::new("Mutation", "send"), Arc::new(Echo) as _),
        (Field::new("Subscription", "onMessage"), Arc::new(Subscribed) as _),
    ]);
    let definition = Definition {
        api_id: "fanout".to_owned(),
        schema: SCHEMA.to_owned(),
        default_mode: AuthMode::ApiKey,
        additional_modes: vec![],
        lambda_authorizer: None,
        oidc: Vec::new(),
        resolvers,
        limits: Limits::default(),
    };
    let api = Api::new(definition, Arc::new(Key))?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}/graphql", listener.local_addr()?);
    // The clients' ends are all on this machine: an error means that one has gone.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, api.router().into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
