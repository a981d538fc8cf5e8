//! One port for everything: who answers which request, from start to a clean stop.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use local_cognito::{Clock, Cognito, SystemClock};
use local_dynamodb::DynamoDb;
use local_s3::S3;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::data_folder::DataFolder;
use crate::functions::Function;
use crate::iam::{Iam, Sessions, programs};
use crate::inside::Inside;
use crate::port::{Arrivals, Limits, Peer, Port, listen, serve, taken};
use crate::requests::Requests;
use crate::seed::{self, Filled, Seed, SeedError};
use crate::stack::Stack;
use crate::tls::{Certificate, certificate};
use crate::{
    Network, Options, StartError, account, apigateway, appsync, cognito, live, pages, patience, storage,
    visitors,
};

/// A server that is listening; it serves while [`Server::run_until`] runs.
pub struct Server {
    base_url: String,
    listeners: Vec<TcpListener>,
    router: Router,
    /// The same behind the door: for requests that this process makes.
    inside: Arc<Router>,
    services: Arc<Services>,
    folder: DataFolder,
    certificate: Certificate,
    network: Network,
    not_served: Vec<pages::NotServed>,
}

/// What answers requests.
pub(crate) struct Services {
    pub(crate) cognito: Arc<Cognito>,
    pub(crate) dynamodb: DynamoDb,
    s3: S3,
    pub(crate) appsync: Arc<local_appsync::Api>,
    gateway: apigateway::Gateway,
    iam: Arc<Iam>,
    pub(crate) requests: Arc<Requests>,
    /// True once the server stops: whoever watches it lets go.
    pub(crate) closing: watch::Sender<bool>,
}

/// Items past their time to live are gone after this long, at most.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Requests under way, and WebSockets, get this long to end.
pub(crate) const GRACE: Duration = Duration::from_secs(3);

/// WebSockets hear of the end after requests, which may have news for them, but not after those that take longer.
const REQUESTS_FIRST: Duration = Duration::from_secs(1);

impl Server {
    /// Takes the port and the data folder, deploys the template, opens every service.
    pub async fn start(options: Options) -> Result<Server, StartError> {
        Server::start_on(None, options).await
    }

    /// The same on a port that is taken already, whatever the options say of it.
    pub async fn start_on(
        listeners: Option<Vec<std::net::TcpListener>>,
        options: Options,
    ) -> Result<Server, StartError> {
        let mut folder = DataFolder::open(&options.data)?;
        let certificate =
            certificate(folder.path()).map_err(|error| StartError::Service("TLS", error.to_string()))?;
        let listeners = match listeners {
            Some(listeners) => taken(listeners, options.port)?,
            None => listen(options.port).await?,
        };
        let port = listeners[0].local_addr().map_or(options.port, |address| address.port());
        let base_url = format!("http://localhost:{port}");

        let stack = Stack::deploy(&infra::template().to_json(), &options.parameters, &base_url)?;
        let dynamodb = storage::open_tables(&stack, &folder).await?;
        let credentials = folder.credentials()?;
        let sessions = Arc::new(Sessions::of_functions(&stack, &credentials)?);
        let way_inside = Inside::default();
        let functions = Function::deploy_all(&stack, &dynamodb, &sessions, &base_url, &way_inside)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let cognito = cognito::open(&stack, &functions, &folder, &base_url, Arc::clone(&clock)).await?;
        let iam = Arc::new(Iam::open(&stack, credentials, sessions, Arc::clone(&cognito), clock)?);
        let s3 = storage::open_buckets(&stack, &folder, Arc::clone(&iam)).await?;
        let appsync = appsync::open(&stack, &functions, &dynamodb, Arc::clone(&cognito), Arc::clone(&iam))?;
        let host = format!("localhost:{port}");
        let gateway =
            apigateway::open(&stack, &functions, &dynamodb, Arc::clone(&cognito), Arc::clone(&iam), &host)?;
        let config = infra::front_end_config(&stack.outputs, Some(&format!("{base_url}/")))?;
        let not_served = pages::not_served(&stack);
        let mut status = pages::status(&stack, &base_url, folder.path(), &not_served);
        status["network"] = options.network.told().into();

        let requests = Arc::new(Requests::new());
        let starts = Arc::clone(&requests);
        appsync.tell_starts(Arc::new(move |start| starts.tell_start(start)));
        let services = Arc::new(Services {
            cognito,
            dynamodb,
            s3,
            appsync,
            gateway,
            iam,
            requests,
            closing: watch::Sender::new(false),
        });
        let inside = Arc::new(router(&services, config, status));
        way_inside.lead_to(&inside);
        folder.keep();
        let router =
            Router::clone(&inside).layer(middleware::from_fn_with_state(Arc::clone(&services), at_the_door));
        Ok(Server {
            base_url,
            listeners,
            router,
            inside,
            services,
            folder,
            certificate,
            network: options.network,
            not_served,
        })
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
             \n  live       {base_url}/_local/live\
             \n  outbox     {base_url}/_local/outbox\
             \n  data       {}\
             \n  TLS        {}/ too; trust {}\n",
            base_url.replacen("http", "ws", 1),
            self.folder.path().display(),
            secure(base_url),
            self.certificate.authority.display(),
        );
        if self.network.is_bad() {
            text.push_str(&format!("\n  a bad network is rehearsed: {}", self.network.told()));
        }
        for warning in self.services.appsync.warnings() {
            text.push_str(&format!("\n  GraphQL: {warning}"));
        }
        for pages::NotServed { what, why } in &self.not_served {
            text.push_str(&format!("\n  not served here: {what} ({why})"));
        }
        text
    }

    /// Brings in what the seed names and the stack lacks; to be waited for while [`Server::run_until`] runs.
    pub fn fill(&self, seed: Seed) -> impl Future<Output = Result<Filled, SeedError>> + use<> {
        let host = self.base_url.trim_start_matches("http://").to_owned();
        let (router, cognito) = (Router::clone(&self.inside), Arc::clone(&self.services.cognito));
        async move { seed::fill(&seed, &seed::FrontEnd { router, host, cognito }).await }
    }

    /// `http://localhost:PORT`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Serves until the future is done, then closes every socket politely.
    pub async fn run_until(self, done: impl Future<Output = ()>) {
        let (stop, stopping) = watch::channel(false);
        let arrivals = Arrivals::new();
        let sweeper = tokio::spawn(sweep(self.services.dynamodb.clone()));
        let mut serving = tokio::task::JoinSet::new();
        let (acceptor, limits) = (&self.certificate.acceptor, Limits::default());
        for port in Port::all(self.listeners, acceptor, &self.network, limits, &arrivals) {
            serving.spawn(serve(port, self.router.clone(), stopping.clone()));
        }
        done.await;
        arrivals.end().await;
        self.services.closing.send_replace(true);
        let _ = stop.send(true);
        let ended = async {
            let mut served = pin!(async { while serving.join_next().await.is_some() {} });
            let is_served = timeout(REQUESTS_FIRST, served.as_mut()).await.is_ok();
            let rest = async {
                if !is_served {
                    served.await;
                }
            };
            tokio::join!(rest, self.services.appsync.close(), self.services.gateway.close());
        };
        if timeout(GRACE, ended).await.is_err() {
            tracing::warn!("some requests or WebSockets did not end in time and were cut off");
        }
        sweeper.abort();
    }
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
    let secure_config = serde_json::from_str(&secure(&config.to_string())).unwrap_or_default();
    let config = move |ConnectInfo(peer): ConnectInfo<Peer>| async move {
        let config = if peer.is_secure { secure_config } else { config };
        ([("access-control-allow-origin", "*")], axum::Json(config))
    };
    Router::new()
        .route("/", get(pages::console))
        .route("/config.json", get(config))
        .route("/_local/status", get(move || async move { axum::Json(status) }))
        .route("/_local/console/{file}", get(pages::console_file))
        // Here, for what comes below answers preflights where there is no such method.
        .method_not_allowed_fallback(not_this_way)
        .merge(local_cognito::router(Arc::clone(&services.cognito)))
        .merge(services.appsync.router())
        .merge(services.gateway.router())
        .merge(live::router(Arc::clone(services)))
        .fallback(nothing_here)
        .layer(middleware::from_fn_with_state(Arc::clone(services), by_signature))
}

/// Whatever comes in passes here: strangers are refused, everybody else is noted.
async fn at_the_door(State(services): State<Arc<Services>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(Peer { address, .. })) = request.extensions().get::<ConnectInfo<Peer>>().copied()
    {
        // The services ask for it under this type.
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(address));
    }
    if let Some(refusal) = visitors::refuse(&request) {
        return refusal;
    }
    match services.name_of(&request) {
        Some(service) => services.requests.tell(service, request, next).await,
        None => next.run(request).await,
    }
}

impl Services {
    /// The service that a request is for; `None` for preflights and for what this server has of its own.
    fn name_of(&self, request: &Request) -> Option<&'static str> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        match request.uri().path() {
            _ if request.method() == Method::OPTIONS => None,
            _ if target.is_some_and(DynamoDb::serves) => Some("DynamoDB"),
            _ if local_cognito::is_cognito(request.headers()) => Some("Cognito"),
            _ if self.s3.owns(request) => Some("S3"),
            _ if account::service(request.headers()) == Some("sts") => Some("STS"),
            path if path.starts_with("/graphql") => Some("GraphQL"),
            path if path.starts_with("/restapis/") => Some("REST"),
            path if path.starts_with("/_apis/") => Some("WebSocket"),
            path if path.starts_with("/_local/") || path == "/" || path == "/config.json" => None,
            _ => Some("HTTP"),
        }
    }
}

/// Some services share their paths with others: the target or the signature tells them apart.
async fn by_signature(State(services): State<Arc<Services>>, request: Request, next: Next) -> Response {
    let request = patience::limited(request);
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    if target.is_some_and(DynamoDb::serves) {
        programs::dynamodb(&services.iam, &services.dynamodb, request).await
    } else if let Some(operation) = local_cognito::operation_for_operators(request.headers()) {
        let pool = &services.cognito.user_pool().pool_id;
        match programs::cognito(&services.iam, operation, pool, request).await {
            Ok(request) => next.run(request).await,
            Err(refused) => refused,
        }
    } else if services.s3.owns(&request) {
        visitors::defuse(services.s3.handle(request).await)
    } else {
        match account::service(request.headers()) {
            Some("sts") => account::sts(&services.iam, request).await,
            Some(service) if account::is_elsewhere(service) => account::elsewhere(service, request.headers()),
            _ => next.run(request).await,
        }
    }
}

/// The same addresses of this machine in TLS. Amplify's capitals (`HTTP://`) are of no use there.
fn secure(text: &str) -> String {
    let text = text
        .replace("http://localhost", "https://localhost")
        .replace("HTTP://localhost", "https://localhost");
    text.replace("ws://localhost", "wss://localhost")
}

/// There is something, but for another method.
async fn not_this_way(request: Request) -> Response {
    let message = format!("{} does not answer {}.", request.uri().path(), request.method());
    (StatusCode::METHOD_NOT_ALLOWED, axum::Json(json!({ "message": message }))).into_response()
}

async fn nothing_here(request: Request) -> Response {
    let message = format!(
        "Nothing answers {} {}. GET / shows what runs where.",
        request.method(),
        request.uri().path()
    );
    (StatusCode::NOT_FOUND, axum::Json(json!({ "message": message }))).into_response()
}
