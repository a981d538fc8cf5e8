//! `cargo run -p local`: the chat's cloud on this machine, in one process.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use local::{Network, Options, Server};
use tracing_subscriber::EnvFilter;

/// Serves Parlor on localhost, offline: Cognito, AppSync, DynamoDB and S3 as the template configures them.
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
    /// Forget everything in the data folder first; asks, unless --yes
    #[arg(long)]
    reset: bool,
    /// Do not ask
    #[arg(long, requires = "reset")]
    yes: bool,
}

/// The functions' own accounts of their calls would repeat the list of requests.
const QUIET: &str = "info,dynoxide=error,s3s=off,resolvers=warn,rest=warn,socket=warn";

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { port, data, parameters, latency, drop, reset, yes } = Arguments::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(QUIET));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    if reset && let Err(error) = local::reset(&data, yes) {
        eprintln!("parlor: {error}");
        return ExitCode::FAILURE;
    }
    let network = Network { latency_ms: latency.unwrap_or(0..=0), drop_percent: drop };
    let options = Options { port, data, parameters: BTreeMap::from_iter(parameters), network };
    let server = match Server::start(options).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("parlor: {error}");
            return ExitCode::FAILURE;
        }
    };
    let interrupted = interrupted();
    println!("{}", server.greeting());
    server.run_until(interrupted).await;
    println!("Stopped. Everything is in the data folder.");
    ExitCode::SUCCESS
}

/// Ctrl-C, or a polite kill, from now on: whoever waits for the greeting may send one at once.
#[cfg(unix)]
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

/// Ctrl-C.
#[cfg(not(unix))]
async fn interrupted() {
    let _ = tokio::signal::ctrl_c().await;
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
