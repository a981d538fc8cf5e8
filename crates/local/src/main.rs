//! `cargo run -p local`: the chat's cloud on this machine, in one process.

use std::error::Error;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;

use clap::Parser;
use local::{Filled, Handover, Network, Options, Seed, Server, note, say};
use tracing_subscriber::EnvFilter;

/// Serves Parlor on localhost, offline: Cognito, AppSync, API Gateway, DynamoDB and S3 as the template configures them.
#[derive(Parser)]
#[command(
    version,
    after_help = "\
Examples:
  cargo run -p local                              the chat on http://localhost:4000, data in ./.parlor
  cargo run -p local -- --port 0 --data /tmp/p    any free port, another folder
  RUST_LOG=debug cargo run -p local               a log that says more
  RUST_LOG=info,requests=off cargo run -p local   a log without the requests
  cargo run -p local -- --latency 100..300 --drop 5   a bad network, to rehearse on
  cargo run -p local -- --seed web/seed.toml      people, rooms and messages to begin with; twice is once
  cargo run -p local -- --watch                   what is edited is built and served, on the same port
  cargo run -p local -- --check --parameter Mfa=ON   would it start?
  cargo run -p local -- --reset                   begin anew: forget everything

TLS is on the same port (https://, wss://). Trust its authority once: curl --cacert .parlor/ca.pem,
NODE_EXTRA_CA_CERTS=.parlor/ca.pem, or import the file into the browser. It vouches for localhost alone."
)]
struct Arguments {
    /// The port on localhost; 0 takes a free one
    #[arg(long, default_value_t = 4000)]
    port: u16,
    /// The folder that keeps users, messages and files
    #[arg(long, default_value = ".parlor", value_name = "DIR")]
    data: PathBuf,
    /// A parameter of the template, as in `aws cloudformation deploy`
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = name_and_value)]
    parameters: Vec<(String, String)>,
    /// Rehearse a slow network: answers and frames come so late
    #[arg(long, value_name = "MS[..MS]", value_parser = milliseconds)]
    latency: Option<RangeInclusive<u64>>,
    /// Rehearse a broken network: so many of requests, answers and frames cut their connection
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent)]
    drop: f64,
    /// Fill the stack with the people, rooms and messages of a file, as far as they are not there
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,
    /// Build and serve what is edited: handlers, resolvers, schema, template. DIR is the workspace, if not this one
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = WORKSPACE)]
    watch: Option<PathBuf>,
    /// Only see whether it would start (on an empty folder, and any port), and end
    #[arg(long, conflicts_with_all = ["reset", "watch"])]
    check: bool,
    /// The port comes from the process that watches
    #[arg(long, hide = true)]
    handed_over: bool,
    /// Forget everything in the data folder first; asks, unless --yes
    #[arg(long)]
    reset: bool,
    /// Do not ask
    #[arg(long, requires = "reset")]
    yes: bool,
}

/// Where this program was built.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The functions' own accounts of their calls would repeat the list of requests.
const QUIET: &str = "info,dynoxide=error,s3s=off,resolvers=warn,rest=warn,socket=warn";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(QUIET));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_writer(std::io::stderr)
        // It would tell of what it cannot write by `eprintln!`, which panics where nobody reads any more.
        .log_internal_errors(false)
        .init();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(format_args!("parlor: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    // First, so that a bad one stops the start before anything is touched.
    let seed = arguments.seed.as_deref().map(Seed::read).transpose()?;
    if arguments.check {
        return check(arguments.options()).await;
    }
    if arguments.reset {
        local::reset(&arguments.data, arguments.yes)?;
    }
    if let Some(workspace) = &arguments.watch {
        return watch(workspace, &arguments).await;
    }
    let (listeners, watcher) = match arguments.handed_over {
        true => Handover::take().map(|(listeners, watcher)| (Some(listeners), Some(watcher)))?,
        false => (None, None),
    };
    let server = Server::start_on(listeners, arguments.options()).await?;
    let ended = watcher.as_ref().map(Handover::ended);
    let over = over(ended);
    let filling = seed.map(|seed| server.fill(seed));
    let greeting = server.greeting();
    let mut failed = None;
    let done = async {
        let mut over = pin!(over);
        let filled = async {
            match filling {
                None => Ok(None),
                Some(filling) => filling.await.map(Some),
            }
        };
        let filled = tokio::select! {
            filled = filled => filled,
            () = &mut over => return,
        };
        let greeting = match filled {
            Ok(filled) => greeting + &filled.map(told).unwrap_or_default(),
            Err(error) => {
                failed = Some(error);
                return;
            }
        };
        match watcher {
            None => {
                say(format_args!("{greeting}\nCtrl-C stops it."));
                over.await;
                say("Stopped. Everything is in the data folder.");
            }
            Some(mut watcher) => {
                if watcher.greet(&greeting).is_ok() {
                    over.await;
                }
            }
        }
    };
    server.run_until(done).await;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

/// Starts as it would, on an empty folder and any port, and ends.
async fn check(options: Options) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let options = Options { port: 0, data: folder.path().to_owned(), ..options };
    Server::start(options).await?;
    say("It would start.");
    Ok(())
}

async fn watch(workspace: &Path, arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let serve = || arguments.again().chain(["--handed-over".into()]);
    let seed = arguments.seed.iter().flat_map(|seed| ["--seed".into(), seed.into()]);
    let watch = local::Watch {
        workspace: workspace.to_owned(),
        port: arguments.port,
        serve: serve().collect(),
        serve_first: serve().chain(seed).collect(),
        check: arguments.again().chain(["--check".into()]).collect(),
    };
    let interrupted = interrupted();
    watch.run_until(interrupted).await?;
    say("Stopped. Everything is in the data folder.");
    Ok(())
}

/// As the greeting's last line.
fn told(filled: Filled) -> String {
    match filled {
        Filled { people: 0, rooms: 0, messages: 0 } => {
            "\n  seed       nothing that was not there already".to_owned()
        }
        Filled { people, rooms, messages } => {
            format!("\n  seed       new: {people} people, {rooms} rooms, {messages} messages")
        }
    }
}

impl Arguments {
    fn options(&self) -> Options {
        Options {
            port: self.port,
            data: self.data.clone(),
            parameters: self.parameters.iter().cloned().collect(),
            network: Network { latency_ms: self.latency.clone().unwrap_or(0..=0), drop_percent: self.drop },
        }
    }

    /// What the server under watch is to be started with, but for the seed.
    fn again(&self) -> impl Iterator<Item = OsString> {
        let parameters = self.parameters.iter();
        let parameters =
            parameters.flat_map(|(name, value)| ["--parameter".into(), format!("{name}={value}").into()]);
        let latency = self.latency.iter();
        let latency =
            latency.flat_map(|ms| ["--latency".into(), format!("{}..{}", ms.start(), ms.end()).into()]);
        let fixed =
            ["--data".into(), self.data.clone().into(), "--drop".into(), self.drop.to_string().into()];
        fixed.into_iter().chain(parameters).chain(latency)
    }
}

/// An interruption, or the end of the process that watches, if there is one.
fn over(watcher: Option<impl Future<Output = ()>>) -> impl Future<Output = ()> {
    let interrupted = interrupted();
    async move {
        let Some(watcher) = watcher else { return interrupted.await };
        tokio::select! {
            () = interrupted => {}
            () = watcher => {}
        }
    }
}

/// Ctrl-C, or a polite kill, from now on: whoever waits for the greeting may send one at once.
fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let [mut interrupt, mut terminate] = [SignalKind::interrupt(), SignalKind::terminate()]
        .map(|kind| signal(kind).expect("signals can be listened to"));
    async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// `100`, or `100..300`; the most is a minute.
fn milliseconds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    match (least.parse(), most.trim_start_matches('=').parse()) {
        (Ok(least), Ok(most)) if least <= most && most <= 60_000 => Ok(least..=most),
        _ => Err("write milliseconds as 100, or 100..300, at most 60000".to_owned()),
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "write a number from 0 to 100".to_owned())
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("write it as Name=value".to_owned()),
    }
}
