//! One port for everything: who answers which request, from start to a clean stop.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use local_cognito::Cognito;
use local_dynamodb::DynamoDb;
use local_s3::S3;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::data_folder::DataFolder;
use crate::functions::Function;
use crate::stack::Stack;
use crate::{Options, StartError, appsync, cognito, pages, storage, visitors};

/// A server that is listening; it serves while [`Server::run_until`] runs.
pub struct Server {
    base_url: String,
    listeners: Vec<TcpListener>,
    router: Router,
    services: Arc<Services>,
    folder: DataFolder,
    not_served: Vec<pages::NotServed>,
}

/// What answers requests.
pub(crate) struct Services {
    cognito: Arc<Cognito>,
    dynamodb: DynamoDb,
    s3: S3,
    appsync: Arc<local_appsync::Api>,
}

/// Items past their time to live are gone after this long, at most.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Requests under way get this long to end.
const GRACE: Duration = Duration::from_secs(3);

impl Server {
    /// Takes the port and the data folder, deploys the template, opens every service.
    pub async fn start(options: Options) -> Result<Server, StartError> {
        // What cannot be deployed leaves no trace.
        Stack::deploy(&infra::template().to_json(), &options.parameters, "http://localhost")?;
        let folder = DataFolder::open(&options.data)?;
        let listeners = listen(options.port).await?;
        let port = listeners[0].local_addr().map_or(options.port, |address| address.port());
        let base_url = format!("http://localhost:{port}");

        let stack = Stack::deploy(&infra::template().to_json(), &options.parameters, &base_url)?;
        let dynamodb = storage::open_tables(&stack, &folder).await?;
        let credentials = folder.credentials()?;
        let functions = Function::deploy_all(&stack, &dynamodb, &credentials, &base_url)?;
        let cognito = cognito::open(&stack, &functions, &folder, &base_url).await?;
        let s3 = storage::open_buckets(&stack, &folder, credentials, Arc::clone(&cognito)).await?;
        let appsync = appsync::open(&stack, &functions, &dynamodb, Arc::clone(&cognito))?;
        let config = infra::front_end_config(&stack.outputs, Some(&format!("{base_url}/")))?;
        let not_served = pages::not_served(&stack);
        let status = pages::status(&stack, &base_url, folder.path(), &not_served);

        let services = Arc::new(Services { cognito, dynamodb, s3, appsync });
        let router = router(&services, config, status);
        Ok(Server { base_url, listeners, router, services, folder, not_served })
    }

    /// What to tell whoever started it.
    pub fn greeting(&self) -> String {
        let base_url = &self.base_url;
        let mut text = format!(
            "Parlor is at {base_url}\n\
             \n  console    {base_url}/\
             \n  config     {base_url}/config.json\
             \n  GraphQL    {base_url}/graphql\
             \n  realtime   {}/graphql/realtime\
             \n  outbox     {base_url}/_local/outbox\
             \n  data       {}\n",
            base_url.replacen("http", "ws", 1),
            self.folder.path().display(),
        );
        for warning in self.services.appsync.warnings() {
            text.push_str(&format!("\n  GraphQL: {warning}"));
        }
        for pages::NotServed { what, why } in &self.not_served {
            text.push_str(&format!("\n  not served here: {what} ({why})"));
        }
        text.push_str("\nCtrl-C stops it.");
        text
    }

    /// `http://localhost:PORT`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Serves until the future is done, then closes every socket politely.
    pub async fn run_until(self, done: impl Future<Output = ()>) {
        let (stop, stopping) = watch::channel(false);
        let sweeper = tokio::spawn(sweep(self.services.dynamodb.clone()));
        let mut serving = tokio::task::JoinSet::new();
        for listener in self.listeners {
            let mut stopping = stopping.clone();
            let stopped = async move {
                // An error means that the sender is gone, which is a stop as well.
                let _ = stopping.wait_for(|stop| *stop).await;
            };
            let service = self.router.clone().into_make_service_with_connect_info::<SocketAddr>();
            // Frames are small and follow each other: waiting to fill a packet would cost 40 ms each.
            let listener = listener.tap_io(|stream| {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "packets may wait");
                }
            });
            serving.spawn(async move {
                let served = axum::serve(listener, service).with_graceful_shutdown(stopped).await;
                if let Err(error) = served {
                    tracing::error!(%error, "a listener failed");
                }
            });
        }
        done.await;
        self.services.appsync.close();
        let _ = stop.send(true);
        if tokio::time::timeout(GRACE, serving.join_all()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
        sweeper.abort();
    }
}

async fn listen(port: u16) -> Result<Vec<TcpListener>, StartError> {
    let failed = |cause: std::io::Error| match cause.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortInUse(port),
        _ => StartError::Port { port, cause },
    };
    let first = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(failed)?;
    let taken = first.local_addr().map_err(failed)?.port();
    let mut listeners = vec![first];
    // `localhost` is ::1 first on many machines; others have no IPv6 at all.
    match TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, taken))).await {
        Ok(second) => listeners.push(second),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            return Err(StartError::PortInUse(taken));
        }
        Err(error) => tracing::debug!(%error, "no IPv6 here"),
    }
    Ok(listeners)
}

async fn sweep(dynamodb: DynamoDb) {
    let mut clock = tokio::time::interval(SWEEP_EVERY);
    loop {
        clock.tick().await;
        if let Err(error) = dynamodb.sweep_expired().await {
            tracing::warn!(%error, "expired items stay for now");
        }
    }
}

fn router(services: &Arc<Services>, config: Value, status: Value) -> Router {
    let public = |body: Value| {
        let answer = ([("access-control-allow-origin", "*")], axum::Json(body));
        get(move || async move { answer })
    };
    Router::new()
        .route("/", get(pages::console))
        .route("/config.json", public(config))
        .route("/_local/status", get(move || async move { axum::Json(status) }))
        .route("/_local/console/{file}", get(pages::console_file))
        .merge(local_cognito::router(Arc::clone(&services.cognito)))
        .merge(services.appsync.router())
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(Arc::clone(services), by_signature))
}

/// DynamoDB and S3 share their paths with others: the target or the signature tells them apart.
async fn by_signature(State(services): State<Arc<Services>>, request: Request, next: Next) -> Response {
    if let Some(refusal) = visitors::refuse(&request) {
        return refusal;
    }
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    if target.is_some_and(DynamoDb::serves) {
        services.dynamodb.handle(request).await
    } else if services.s3.owns(&request) {
        visitors::defuse(services.s3.handle(request).await)
    } else {
        next.run(request).await
    }
}

async fn nothing_here(request: Request) -> Response {
    let message = format!(
        "Nothing answers {} {}. GET / shows what runs where.",
        request.method(),
        request.uri().path()
    );
    (StatusCode::NOT_FOUND, axum::Json(json!({ "message": message }))).into_response()
}
