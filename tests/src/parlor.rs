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
    home: Home,
    process: Child,
    arguments: Vec<String>,
    environment: Vec<(String, PathBuf)>,
    /// Kept open: a server whose output nobody can take would fail to print.
    output: BufReader<ChildStdout>,
}

/// What a server has on the disk, gone with it: its data folder, and what it logs beside that.
struct Home {
    data: PathBuf,
    log: PathBuf,
    _folder: TempDir,
}

impl Home {
    fn new() -> Home {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Home { data: folder.path().join("data"), log: folder.path().join("log"), _folder: folder }
    }
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
        Parlor::start_with(&[]).await
    }

    /// The same with more arguments, which [`Parlor::restart`] repeats. What it logs is in [`Parlor::log`].
    pub async fn start_with(arguments: &[&str]) -> Parlor {
        Parlor::start_in(Vec::new(), arguments).await
    }

    /// The same in an environment with more variables.
    pub async fn start_in(environment: Vec<(String, PathBuf)>, arguments: &[&str]) -> Parlor {
        let home = Home::new();
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (process, output, url) = launch(0, &home, &arguments, &environment).await;
        Parlor { url, home, process, arguments, environment, output }
    }

    /// What it has logged so far, errors and requests.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.home.log).expect("the log is text")
    }

    /// `http://localhost:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The data folder.
    pub fn data(&self) -> &std::path::Path {
        &self.home.data
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("the URL ends with a port")
    }

    /// The process that serves.
    pub fn process_id(&self) -> u32 {
        self.process.id().expect("it runs")
    }

    /// A line of what it prints, from the greeting on. Between two lines a server may end and another start.
    pub async fn line(&mut self) -> String {
        let mut line = String::new();
        let read = tokio::time::timeout(3 * PATIENCE, self.output.read_line(&mut line)).await;
        assert_ne!(read.expect("it says something in time").expect("text"), 0, "it has ended");
        line
    }

    /// Interrupts it, as Ctrl-C does, and waits for its end.
    pub async fn interrupt(&mut self) {
        let id = self.process.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
        let status = tokio::time::timeout(PATIENCE, self.process.wait()).await.expect("it ends in time");
        assert!(status.expect("it ended").success());
    }

    /// `kill -9`: no warning, no chance to tidy up.
    pub async fn kill(&mut self) {
        self.process.kill().await.expect("the server was running");
    }

    /// Starts a killed one and kills it again this long after, wherever it is by then.
    pub async fn kill_while_starting(&mut self, after: std::time::Duration) {
        let mut process = spawn(self.port(), &self.home, &self.arguments, &self.environment);
        tokio::time::sleep(after).await;
        process.kill().await.expect("it had started");
    }

    /// Starts it again on the same port and data.
    pub async fn restart(&mut self) {
        self.restart_with(&[]).await;
    }

    /// The same with more arguments, this once.
    pub async fn restart_with(&mut self, arguments: &[&str]) {
        let mut all = self.arguments.clone();
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let (process, output, url) = launch(self.port(), &self.home, &all, &self.environment).await;
        assert_eq!(url, self.url);
        (self.process, self.output) = (process, output);
    }

    /// `GET /config.json`.
    pub async fn config(&self) -> Value {
        let answer = reqwest::get(format!("{}/config.json", self.url)).await.expect("the server answers");
        answer.json().await.expect("the configuration is JSON")
    }
}

fn spawn(port: u16, home: &Home, arguments: &[String], environment: &[(String, PathBuf)]) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(&home.log).expect("a log");
    tokio::process::Command::new(program())
        .args(["--port", &port.to_string(), "--data"])
        .arg(&home.data)
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .env("RUST_LOG", "error,s3s=off,requests=info")
        .stdout(Stdio::piped())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the server starts")
}

async fn launch(
    port: u16,
    home: &Home,
    arguments: &[String],
    environment: &[(String, PathBuf)],
) -> (Child, BufReader<ChildStdout>, String) {
    let mut process = spawn(port, home, arguments, environment);
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
        panic!(
            "the server ended without a greeting: {}",
            std::fs::read_to_string(&home.log).unwrap_or_default()
        );
    };
    let url = tokio::time::timeout(PATIENCE, greeting).await.expect("the server greets in time");
    (process, output, url)
}
