//! A compiled script: its handlers, callable from async code.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::engine::{self, Handler};
use crate::evaluated::{Evaluated, Raised};
use crate::forbidden;

/// The code of one APPSYNC_JS resolver or function: an ES module that exports `request` and `response`.
///
/// Each evaluation has a world of its own, as AppSync promises: nothing is left over from the one before.
#[derive(Debug, Clone)]
pub struct Script {
    name: Arc<str>,
    code: Arc<str>,
    limits: Limits,
}

/// What one evaluation may use before it is stopped with an error.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From the start of the evaluation, on the clock.
    pub time: Duration,
    /// Of the JavaScript heap.
    pub memory_bytes: usize,
    /// Of the engine's stack, which bounds recursion. It has to fit on the 2 MiB of a thread.
    pub stack_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { time: Duration::from_secs(10), memory_bytes: 64 << 20, stack_bytes: 512 << 10 }
    }
}

/// Why AppSync would not take a script: everything that was found, to be mended in one go.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CompileError {
    /// The script's name, as given to [`Script::compile`].
    pub script: String,
    /// At least one, in the order of the lines.
    pub problems: Vec<Problem>,
}

/// One thing that AppSync would not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// From 1; 0 when it concerns the script as a whole.
    pub line: u32,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { line, message }) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            match line {
                0 => write!(f, "{separator}{}: {message}", self.script)?,
                line => write!(f, "{separator}{}:{line}: {message}", self.script)?,
            }
        }
        Ok(())
    }
}

// More would only take turns on the cores, and each may fill its heap.
static EVALUATIONS: Semaphore = Semaphore::const_new(8);

/// For the engine to notice by itself that the time is over.
const GRACE: Duration = Duration::from_secs(1);

impl Script {
    /// Checks `code`, called `name` in error messages, as AppSync does when a resolver is deployed: syntax, the
    /// restrictions of APPSYNC_JS, imports, exports and size.
    ///
    /// Runs the module's top level once, within the default [`Limits`], on the calling thread.
    pub fn compile(name: &str, code: &str) -> Result<Script, CompileError> {
        let problems = match forbidden::find(code) {
            problems if problems.is_empty() => engine::check(name, code, Limits::default()),
            problems => problems,
        };
        if !problems.is_empty() {
            return Err(CompileError { script: name.to_owned(), problems });
        }
        Ok(Script { name: name.into(), code: code.into(), limits: Limits::default() })
    }

    /// The same script within other limits.
    pub fn with_limits(self, limits: Limits) -> Script {
        Script { limits, ..self }
    }

    /// Evaluates the request handler. `context` is AppSync's, with `arguments`, `identity`, `source`, `request`,
    /// `info`, `stash`, `prev`, each of which may be absent.
    pub async fn request(&self, context: Value) -> Result<Evaluated, Raised> {
        self.evaluate(Handler::Request, context).await
    }

    /// Evaluates the response handler: `context` has the data source's `result`, and `error` if it failed.
    pub async fn response(&self, context: Value) -> Result<Evaluated, Raised> {
        self.evaluate(Handler::Response, context).await
    }

    async fn evaluate(&self, handler: Handler, context: Value) -> Result<Evaluated, Raised> {
        let patience = self.limits.time + GRACE;
        let Ok(turn) = timeout(patience, EVALUATIONS.acquire()).await else {
            return Err(self.overdue("it got no turn, since scripts before it do not end"));
        };
        let script = self.clone();
        let evaluation = spawn_blocking(move || {
            let _turn = turn.expect("nobody closes the semaphore");
            engine::evaluate(&script.name, &script.code, script.limits, handler, &context)
        });
        // The engine looks at the clock between two instructions, and one on a huge array may be long.
        match timeout(patience, evaluation).await {
            Ok(evaluated) => evaluated.expect("an evaluation answers its faults and does not panic"),
            Err(_) => Err(self.overdue("it did not end in time")),
        }
    }

    fn overdue(&self, why: &str) -> Raised {
        Raised::new(format!("Runtime Error: {}: {why}", self.name), "Code")
    }
}
