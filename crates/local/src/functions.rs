//! The template's Lambda functions: the crates they are built from, linked in and called in this process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use chat::Store;
use chat::uploads::Bucket;
use lambda_runtime::Diagnostic;
use local_dynamodb::DynamoDb;
use serde_json::Value;

use crate::stack::{REGION, Resource, Stack, StackError};

/// One deployed function.
#[derive(Clone)]
pub(crate) struct Function {
    name: String,
    program: Program,
    store: Arc<Store>,
    timeout: Duration,
}

/// The crates that can be deployed; the name is that of the folder which `cargo lambda` builds into.
#[derive(Clone, Copy, Debug)]
enum Program {
    PostConfirmation,
    Resolvers,
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
    /// The functions of the stack by ARN, each with its own environment; they sign with `credentials`.
    pub(crate) fn deploy_all(
        stack: &Stack,
        dynamodb: &DynamoDb,
        credentials: &Credentials,
        base_url: &str,
    ) -> Result<BTreeMap<String, Function>, StackError> {
        let functions = stack.of_kind("AWS::Lambda::Function");
        functions
            .map(|(id, resource)| {
                let arn = format!(
                    "arn:aws:lambda:{REGION}:{}:function:{}",
                    crate::stack::ACCOUNT,
                    resource.physical_id
                );
                Ok((arn, Function::deploy(id, resource, dynamodb, credentials, base_url)?))
            })
            .collect()
    }

    fn deploy(
        id: &str,
        resource: &Resource,
        dynamodb: &DynamoDb,
        credentials: &Credentials,
        base_url: &str,
    ) -> Result<Function, StackError> {
        let code = resource.text("/Code").unwrap_or_default();
        let program = match code.trim_end_matches("/bootstrap.zip").rsplit('/').next() {
            Some("post-confirmation") => Program::PostConfirmation,
            Some("resolvers") => Program::Resolvers,
            _ => {
                return Err(StackError(format!(
                    "no crate that is linked into `local` has the code {code:?} of function {id}: add it to \
                     crates/local/src/functions.rs"
                )));
            }
        };
        let variable = |name: &str| resource.text(&format!("/Environment/Variables/{name}"));
        let table = variable("CHAT_TABLE")
            .ok_or_else(|| StackError(format!("function {id} has no environment variable CHAT_TABLE")))?;
        let bucket = variable("UPLOADS_BUCKET").unwrap_or_default();
        let uploads = Bucket::new(&bucket, REGION, Some(base_url), credentials.clone());
        Ok(Function {
            name: id.to_owned(),
            program,
            store: Arc::new(Store::new(dynamodb.client(), table, uploads)),
            timeout: Duration::from_secs(resource.number("/Timeout").unwrap_or(3)),
        })
    }

    /// Calls the function and waits for its answer, at most as long as its timeout allows.
    pub(crate) async fn invoke(&self, event: Value) -> Result<Value, FunctionError> {
        let (program, store) = (self.program, Arc::clone(&self.store));
        // A task of its own, so that a panic ends the call and nothing else.
        let call = tokio::spawn(async move {
            match program {
                Program::PostConfirmation => {
                    post_confirmation::handle(&store, event).await.map_err(Diagnostic::from)
                }
                Program::Resolvers => resolvers::handle(&store, event).await.map_err(Diagnostic::from),
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
