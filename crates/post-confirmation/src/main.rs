//! The `post-confirmation` function: Cognito's trigger.

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let store = &chat::Environment::read()?.connect();
    run(service_fn(|event: LambdaEvent<_>| post_confirmation::handle(store, event.payload))).await
}
