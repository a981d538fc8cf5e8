//! Builds the functions as they are deployed, with cargo-lambda.

use std::process::{Command, Stdio};

use super::super::failure::Failure;
use super::super::source::workspace;

/// Leaves a zip for each function where the template says.
pub(super) fn functions(architecture: &str) -> Result<(), Failure> {
    let processor = match architecture {
        "arm64" => "--arm64",
        "x86_64" => "--x86-64",
        other => return Err(format!("functions run on arm64 or x86_64, not on `{other}`").into()),
    };
    let version = Command::new("cargo").args(["lambda", "--version"]).stdin(Stdio::null()).output();
    if !version.is_ok_and(|output| output.status.success()) {
        return Err("cargo-lambda is not there, which builds the functions: \
                    `pipx install cargo-lambda && pipx inject cargo-lambda ziglang`, \
                    or --no-build with zips that are built elsewhere"
            .into());
    }
    // Wherever cargo's own target folder is, the template's paths are these.
    let build = [
        "lambda",
        "build",
        "--release",
        processor,
        "--output-format",
        "zip",
        "--lambda-dir",
        "target/lambda",
    ];
    super::tell(&format!("cargo {}", build.join(" ")));
    let status = Command::new("cargo")
        .args(build)
        .current_dir(workspace())
        .status()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err("the functions were not built, see above".into()) }
}
