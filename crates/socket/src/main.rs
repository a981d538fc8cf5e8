//! The functions of the WebSocket API.

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let app = &socket::App::read()?;
    run(service_fn(|event: LambdaEvent<_>| socket::handle(app, event.payload))).await
}
