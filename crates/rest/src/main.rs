//! The `rest` function: the REST API's resources.

use lambda_runtime::{Error, LambdaEvent, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    let app = &rest::App::read()?;
    run(service_fn(async |event: LambdaEvent<_>| Ok::<_, Error>(rest::handle(app, event.payload).await)))
        .await
}
