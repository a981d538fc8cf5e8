//! Building: `cargo build -p local`, in the profile of the program that watches.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::SystemTime;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// A program as it lies on disk: two are the same if nothing has written the file in between.
#[derive(Debug, PartialEq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    modified: SystemTime,
    size_bytes: u64,
}

/// Why there is no new program; cargo itself has said more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unbuilt {
    #[error("It does not compile")]
    Faulty,
    #[error("{} cannot be run ({cause})", cargo.display())]
    NoCargo { cargo: PathBuf, cause: io::Error },
    #[error("cargo built it, but where it is, is not known ({0})")]
    Lost(String),
}

impl Program {
    /// The one that runs here.
    pub(super) fn this() -> io::Result<Program> {
        Program::at(std::env::current_exe()?)
    }

    fn at(path: PathBuf) -> io::Result<Program> {
        let found = std::fs::metadata(&path)?;
        Ok(Program { modified: found.modified()?, size_bytes: found.len(), path })
    }
}

/// Builds the workspace's `local`; what the compiler has to say goes to the terminal. Given up, it stops cargo.
pub(super) async fn build(workspace: &Path, before: &Path) -> Result<Program, Unbuilt> {
    let cargo: PathBuf = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")).into();
    let failed = |cause| Unbuilt::NoCargo { cargo: cargo.clone(), cause };
    let mut command = Command::new(&cargo);
    command
        .args(["build", "-p", "local", "--quiet", "--message-format=json-render-diagnostics"])
        .args(profile(before))
        .current_dir(workspace)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    // What `cargo run` said of this crate would look to other crates' build scripts like a change.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
            .iter()
            .any(|it| text.starts_with(it))
        {
            command.env_remove(&name);
        }
    }
    let mut process = command.spawn().map_err(failed)?;
    let mut group = Group(process.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
    let mut executable = None;
    while let Some(line) = lines.next_line().await.map_err(failed)? {
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        if message["reason"] == "compiler-artifact" && message["target"]["name"] == "local" {
            executable = message["executable"].as_str().map(PathBuf::from).or(executable);
        }
    }
    let status = process.wait().await.map_err(failed)?;
    group.0 = None;
    if !status.success() {
        return Err(Unbuilt::Faulty);
    }
    let executable = executable.ok_or_else(|| Unbuilt::Lost("it named no executable".to_owned()))?;
    Program::at(executable).map_err(|error| Unbuilt::Lost(error.to_string()))
}

/// `target/PROFILE/local`, and `target/debug/local` for `dev`.
fn profile(program: &Path) -> Vec<OsString> {
    match program.parent().and_then(Path::file_name) {
        Some(profile) if profile == "server" || profile == "release" => {
            vec!["--profile".into(), profile.to_owned()]
        }
        _ => Vec::new(),
    }
}

/// Cargo and the compilers that it has started.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // An error means that they have ended.
            let _ = kill_process_group(group, Signal::TERM);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_that_of_the_program() {
        assert!(profile(Path::new("/w/target/debug/local")).is_empty());
        assert_eq!(profile(Path::new("/w/target/server/local")), ["--profile", "server"]);
    }
}
