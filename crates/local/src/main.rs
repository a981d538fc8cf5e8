//! `cargo run -p local`: the chat's cloud on this machine, in one process.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use local::{Options, Server};
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
  rm -r .parlor                                   forget everything"
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
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { port, data, parameters } = Arguments::parse();
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,dynoxide=error,s3s=off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    let options = Options { port, data, parameters: BTreeMap::from_iter(parameters) };
    let server = match Server::start(options).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("parlor: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", server.greeting());
    server.run_until(interrupted()).await;
    println!("Stopped. Everything is in the data folder.");
    ExitCode::SUCCESS
}

/// Ctrl-C, or a polite kill.
async fn interrupted() {
    let ctrl_c = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).expect("signals can be listened to");
        tokio::select! {
            _ = ctrl_c => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = ctrl_c.await;
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("write it as Name=value".to_owned()),
    }
}
