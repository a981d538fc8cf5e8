//! Makes a front end's `config.json` from a deployed stack's outputs.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use serde_json::Value;

use super::help;

pub(crate) const HELP: &str = "\
Makes a front end's config.json from the description of a deployed stack, read from stdin.

Example:

  aws cloudformation describe-stacks --stack-name parlor | cargo run -p infra -- config > config.json
";

/// Reads `describe-stacks` from stdin and prints the configuration.
pub(crate) fn run() -> ExitCode {
    if io::stdin().is_terminal() {
        eprint!("{HELP}");
        return ExitCode::from(2);
    }
    let made = serde_json::from_reader(io::stdin())
        .map_err(|error| format!("stdin is not the JSON of `aws cloudformation describe-stacks`: {error}"))
        .and_then(|stacks: Value| {
            infra::front_end_config(&outputs(&stacks), None).map_err(|missing| missing.to_string())
        });
    match made {
        Ok(config) => help::print(&format!("{config:#}\n")),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn outputs(stacks: &Value) -> BTreeMap<String, String> {
    let outputs = stacks["Stacks"][0]["Outputs"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    outputs.filter_map(|output| Some((text(&output["OutputKey"])?, text(&output["OutputValue"])?))).collect()
}
