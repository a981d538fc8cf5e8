//! The template's Lambda functions: the crates they are built from, linked in and called in this process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use chat::uploads::Bucket;
use chat::{Environment, Store};
use lambda_runtime::Diagnostic;
use local_dynamodb::DynamoDb;
use serde_json::Value;
use socket::Callbacks;

use crate::iam::Sessions;
use crate::inside::Inside;
use crate::stack::{REGION, Resource, Stack, StackError};

/// One deployed function.
#[derive(Clone)]
pub(crate) struct Function {
    name: String,
    program: Program,
    timeout: Duration,
}

/// The crates that can be deployed, by the folder which `cargo lambda` builds into, each with what it works with.
#[derive(Clone)]
enum Program {
    PostConfirmation(Arc<Store>),
    Resolvers(Arc<Store>),
    Rest(Arc<rest::App>),
    Socket(Arc<socket::App>),
    /// Whatever a test wants.
    #[cfg(test)]
    Closure(fn(Value) -> Result<Value, Diagnostic>),
}

/// How a call failed: what the Lambda service tells its caller.
#[derive(Debug)]
pub(crate) struct FunctionError {
    /// `errorType`.
    pub(crate) error_type: String,
    /// `errorMessage`.
    pub(crate) error_message: String,
}

impl Function {
    /// The functions of the stack by ARN, also by those of their versions and aliases, each with its own
    /// environment and under its own role.
    pub(crate) fn deploy_all(
        stack: &Stack,
        dynamodb: &DynamoDb,
        sessions: &Sessions,
        base_url: &str,
        inside: &Inside,
    ) -> Result<BTreeMap<String, Function>, StackError> {
        let functions = stack.of_kind("AWS::Lambda::Function");
        let mut functions: BTreeMap<String, Function> = functions
            .map(|(id, resource)| {
                let arn = format!(
                    "arn:aws:lambda:{REGION}:{}:function:{}",
                    crate::stack::ACCOUNT,
                    resource.physical_id
                );
                Ok((arn, Function::deploy(id, resource, dynamodb, sessions, base_url, inside)?))
            })
            .collect::<Result<_, StackError>>()?;
        for kind in ["AWS::Lambda::Version", "AWS::Lambda::Alias"] {
            for (id, qualified) in stack.of_kind(kind) {
                let arn = &qualified.physical_id;
                let unqualified = arn.rsplit_once(':').map_or("", |(function, _)| function);
                let function = functions.get(unqualified).cloned().ok_or_else(|| {
                    StackError(format!("{id} is of the function {unqualified:?}, which is not there"))
                })?;
                functions.insert(arn.clone(), function);
            }
        }
        Ok(functions)
    }

    fn deploy(
        id: &str,
        resource: &Resource,
        dynamodb: &DynamoDb,
        sessions: &Sessions,
        base_url: &str,
        inside: &Inside,
    ) -> Result<Function, StackError> {
        let (session, credentials) = sessions
            .of_function(resource)
            .ok_or_else(|| StackError(format!("function {id} has no role to run under")))?;
        let required = |name: &str| {
            resource
                .text(&format!("/Environment/Variables/{name}"))
                .ok_or_else(|| StackError(format!("function {id} has no environment variable {name}")))
        };
        let bucket = required("UPLOADS_BUCKET").unwrap_or_default();
        let uploads = Bucket::new(&bucket, REGION, Some(base_url), credentials.clone());
        let store = Store::new(dynamodb.client_for(session.on_dynamodb()), required("CHAT_TABLE")?, uploads);
        let code = resource.text("/Code").unwrap_or_default();
        let program = match code.trim_end_matches("/bootstrap.zip").rsplit('/').next() {
            Some("post-confirmation") => Program::PostConfirmation(Arc::new(store)),
            Some("resolvers") => Program::Resolvers(Arc::new(store)),
            Some("rest") => {
                Program::Rest(Arc::new(rest::App { store, websocket_url: required("WEBSOCKET_URL")? }))
            }
            Some("socket") => {
                let callbacks = required("CONNECTIONS_URL").ok();
                // A server that stops closes its port first: functions still have news for those who are connected.
                let callbacks = callbacks.map(|url| {
                    Callbacks::connect_with(inside.http_client(), &environment(credentials), &url)
                });
                Program::Socket(Arc::new(socket::App { store, callbacks }))
            }
            _ => {
                return Err(StackError(format!(
                    "no crate that is linked into `local` has the code {code:?} of function {id}: add it to \
                     crates/local/src/functions.rs"
                )));
            }
        };
        let timeout = Duration::from_secs(resource.number("/Timeout").unwrap_or(3));
        Ok(Function { name: id.to_owned(), program, timeout })
    }

    #[cfg(test)]
    pub(crate) fn of(answer: fn(Value) -> Result<Value, Diagnostic>) -> Function {
        Function {
            name: "Closure".to_owned(),
            program: Program::Closure(answer),
            timeout: Duration::from_secs(30),
        }
    }

    /// Calls the function and waits for its answer, at most as long as its timeout allows.
    pub(crate) async fn invoke(&self, event: Value) -> Result<Value, FunctionError> {
        let program = self.program.clone();
        // A task of its own, so that a panic ends the call and nothing else.
        let call = tokio::spawn(async move {
            match program {
                Program::PostConfirmation(store) => {
                    post_confirmation::handle(&store, event).await.map_err(Diagnostic::from)
                }
                Program::Resolvers(store) => resolvers::handle(&store, event).await.map_err(Diagnostic::from),
                Program::Rest(app) => Ok(rest::handle(&app, event).await),
                Program::Socket(app) => socket::handle(&app, event).await.map_err(Diagnostic::from),
                #[cfg(test)]
                Program::Closure(answer) => answer(event),
            }
        });
        let abort = call.abort_handle();
        match tokio::time::timeout(self.timeout, call).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(failure))) => {
                Err(FunctionError { error_type: failure.error_type, error_message: failure.error_message })
            }
            Ok(Err(ended)) => {
                tracing::error!(function = self.name, %ended, "the function panicked");
                Err(FunctionError {
                    error_type: "Runtime.ExitError".into(),
                    error_message: "RequestId: local Error: Runtime exited with error: exit status 101"
                        .into(),
                })
            }
            Err(_) => {
                abort.abort();
                Err(FunctionError {
                    error_type: "Sandbox.Timedout".into(),
                    error_message: format!(
                        "RequestId: local Error: Task timed out after {}.00 seconds",
                        self.timeout.as_secs()
                    ),
                })
            }
        }
    }
}

/// What Lambda would have in the environment, as far as signing takes it.
fn environment(credentials: &Credentials) -> Environment {
    Environment {
        aws_region: REGION.to_owned(),
        aws_access_key_id: credentials.access_key_id().to_owned(),
        aws_secret_access_key: credentials.secret_access_key().to_owned(),
        aws_session_token: credentials.session_token().map(str::to_owned),
        ..Environment::default()
    }
}
