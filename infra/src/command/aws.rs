//! The operator's own AWS CLI, which brings credentials, profiles, endpoints and retries.

use std::io::{ErrorKind, Write as _};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value as Json;

use super::failure::Failure;

/// Whose account, and where; passed through to the AWS CLI.
#[derive(clap::Args, Clone)]
pub(crate) struct Account {
    /// The region, if not the one that the AWS CLI is configured for
    #[arg(long)]
    region: Option<String>,
    /// The AWS CLI's profile, if not the default one
    #[arg(long)]
    profile: Option<String>,
}

/// Why a call failed: AWS's code, if AWS was reached, and what the AWS CLI said.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) text: String,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        refusal.text.into()
    }
}

/// How often a call is made that AWS puts off, and the first wait, which doubles.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(500);

impl Account {
    /// What is to be typed after `aws …` or `infra …` to mean the same account.
    pub(crate) fn options(&self) -> String {
        let options = [("--region", &self.region), ("--profile", &self.profile)];
        options.iter().filter_map(|(name, value)| Some(format!(" {name} {}", value.as_ref()?))).collect()
    }

    /// The JSON that `aws ARGUMENTS` answers; `Null` where it answers nothing.
    pub(crate) fn call(&self, arguments: &[&str]) -> Result<Json, Refusal> {
        let text = self.text(arguments)?;
        if text.trim().is_empty() {
            return Ok(Json::Null);
        }
        serde_json::from_str(&text).map_err(|error| Refusal {
            code: None,
            text: format!("`aws {}` answered what is no JSON: {error}", name(arguments)),
        })
    }

    /// The same, for a request that is too long, or too private, for a command line.
    pub(crate) fn request(&self, arguments: &[&str], request: &Json) -> Result<Json, Refusal> {
        let failed =
            |error| Refusal { code: None, text: format!("no temporary file can be written: {error}") };
        let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
        file.write_all(request.to_string().as_bytes()).map_err(failed)?;
        let input = format!("file://{}", file.path().display());
        self.call(&[arguments, &["--cli-input-json", &input]].concat())
    }

    /// What `aws ARGUMENTS` prints. Called again for a while where AWS asks to slow down.
    pub(crate) fn text(&self, arguments: &[&str]) -> Result<String, Refusal> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES {
            match self.once(arguments) {
                Err(refusal) if refusal.is_throttling() => sleep(wait),
                other => return other,
            }
            wait *= 2;
        }
        self.once(arguments)
    }

    fn once(&self, arguments: &[&str]) -> Result<String, Refusal> {
        let mut command = Command::new("aws");
        command.args(arguments).args(["--output", "json"]).stdin(Stdio::null());
        for (option, value) in [("--region", &self.region), ("--profile", &self.profile)] {
            if let Some(value) = value {
                command.args([option, value]);
            }
        }
        // No pager and no questions: nobody sees them.
        command.env("AWS_PAGER", "").env("AWS_CLI_AUTO_PROMPT", "off");
        match command.output() {
            Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
            Ok(output) => {
                if output.status.code().is_none_or(|code| code == 130) {
                    // Ctrl-C reached the child first: whoever listens for it here says what is to be said.
                    sleep(FIRST_WAIT);
                }
                Err(Refusal::new(arguments, &output))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Err(Refusal {
                code: None,
                text: "the AWS CLI (`aws`) is not there: install it (https://docs.aws.amazon.com/cli/) and sign \
                       in (`aws configure`), for it is what speaks to AWS"
                    .to_owned(),
            }),
            Err(error) => {
                Err(Refusal { code: None, text: format!("the AWS CLI (`aws`) cannot be started: {error}") })
            }
        }
    }
}

impl Refusal {
    fn new(arguments: &[&str], output: &Output) -> Self {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim();
        // "An error occurred (ValidationError) when calling the DescribeStacks operation: …"
        let code = said.split_once("An error occurred (").and_then(|(_, rest)| rest.split_once(')'));
        let text = if said.is_empty() { format!("it ended with {}", output.status) } else { said.to_owned() };
        Self {
            code: code.map(|(code, _)| code.to_owned()),
            text: format!("`aws {}`: {text}", name(arguments)),
        }
    }

    fn is_throttling(&self) -> bool {
        let codes = ["Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"];
        self.code.as_deref().is_some_and(|code| codes.contains(&code))
    }

    /// Whether AWS was not reached, or had a trouble of its own: it may be asked again.
    pub(crate) fn may_pass(&self) -> bool {
        self.is_throttling()
            || ["Could not connect", "Connection was closed", "Read timeout", "Connect timeout"]
                .iter()
                .any(|text| self.text.contains(text))
            || self.code.as_deref().is_some_and(|code| {
                ["InternalFailure", "ServiceUnavailable", "InternalError", "500", "503"].contains(&code)
            })
    }
}

/// The service and the operation.
fn name(arguments: &[&str]) -> String {
    arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ")
}
