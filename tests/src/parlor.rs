//! The server under test: the real binary, in a process that can be killed.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout};

use crate::PATIENCE;

/// A running server with a data folder of its own; both are gone when it is dropped.
pub struct Parlor {
    url: String,
    data: TempDir,
    process: Child,
    /// Kept open: a server whose output nobody can take would fail to print.
    _output: BufReader<ChildStdout>,
}

/// The program `local`, built if it is not.
pub fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let built = || {
        if let Some(given) = std::env::var_os("PARLOR_BIN") {
            return given.into();
        }
        let mut cargo = Command::new(env!("CARGO"));
        let built = cargo.args(["build", "--quiet", "-p", "local"]).status();
        assert!(built.expect("cargo runs").success(), "`cargo build -p local` failed");
        // target/debug/deps/stories-… → target/debug/local
        let this = std::env::current_exe().expect("a test knows its own path");
        this.ancestors().nth(2).expect("tests are two folders deep").join("local")
    };
    PROGRAM.get_or_init(built).clone()
}

impl Parlor {
    /// Starts on a free port, with an empty data folder, and waits until it serves.
    pub async fn start() -> Parlor {
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        let (process, output, url) = launch(0, &data).await;
        Parlor { url, data, process, _output: output }
    }

    /// `http://localhost:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The data folder.
    pub fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("the URL ends with a port")
    }

    /// `kill -9`: no warning, no chance to tidy up.
    pub async fn kill(&mut self) {
        self.process.kill().await.expect("the server was running");
    }

    /// Starts it again on the same port and data.
    pub async fn restart(&mut self) {
        let (process, output, url) = launch(self.port(), &self.data).await;
        assert_eq!(url, self.url);
        (self.process, self._output) = (process, output);
    }

    /// `GET /config.json`.
    pub async fn config(&self) -> Value {
        let answer = reqwest::get(format!("{}/config.json", self.url)).await.expect("the server answers");
        answer.json().await.expect("the configuration is JSON")
    }
}

async fn launch(port: u16, data: &TempDir) -> (Child, BufReader<ChildStdout>, String) {
    let mut process = tokio::process::Command::new(program())
        .args(["--port", &port.to_string(), "--data"])
        .arg(data.path())
        .env("RUST_LOG", "error,s3s=off")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the server starts");
    let mut output = BufReader::new(process.stdout.take().expect("stdout is piped"));
    let greeting = async {
        let mut line = String::new();
        while output.read_line(&mut line).await.expect("the output is text") > 0 {
            if let Some((_, url)) = line.split_once("http://localhost:") {
                let port: String = url.chars().take_while(char::is_ascii_digit).collect();
                return format!("http://localhost:{port}");
            }
            line.clear();
        }
        panic!("the server ended without a greeting");
    };
    let url = tokio::time::timeout(PATIENCE, greeting).await.expect("the server greets in time");
    (process, output, url)
}
