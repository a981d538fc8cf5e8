//! The command line: one file, or folder, per verb.

mod aws;
mod check;
mod config;
mod deploy;
mod destroy;
mod diff;
mod docs;
mod failure;
mod graph;
mod ls;
mod outputs;
mod package;
mod source;
mod split;
mod stack;
mod synth;
mod terminal;

use std::env;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

const ABOUT: &str = "Prints Parlor's CloudFormation template as JSON, and does what there is to do with it.";

const EXAMPLES: &str = "\
The template, and the plain AWS CLI for the rest:

  cargo run -p infra > template.json
  cargo lambda build --release --arm64 --output-format zip
  aws cloudformation package --template-file template.json --s3-bucket BUCKET \\
      --use-json --output-template-file packaged.json
  aws cloudformation deploy --template-file packaged.json --s3-bucket BUCKET \\
      --stack-name parlor --capabilities CAPABILITY_IAM

The same in one, with what will change shown before and the progress meanwhile:

  cargo run -p infra -- deploy --bucket BUCKET

What asks AWS runs the AWS CLI, `aws`, with your own credentials, profile and region.
Exit codes: 0 done, 1 what was asked for is not so (each verb says), 2 it could not be done.";

/// What the program is given.
#[derive(Parser)]
#[command(name = "infra", version, about = ABOUT, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand)]
enum Verb {
    /// Print the template: what the bare command does
    Synth(synth::Arguments),
    /// Parts, resources, and how near they are to CloudFormation's limits
    Ls(ls::Arguments),
    /// What AWS would refuse, in this template or in any other
    Check(check::Arguments),
    /// What changes, against a file or against what is deployed
    Diff(diff::Arguments),
    /// Upload the functions' code and write the template that names it
    Package(package::Arguments),
    /// Build, upload, show what will change, and make it so
    Deploy(deploy::Arguments),
    /// What a deployed stack tells of itself
    Outputs(outputs::Arguments),
    /// A front end's config.json, from the description of a deployed stack
    Config(config::Arguments),
    /// Delete a deployed stack
    Destroy(destroy::Arguments),
    /// A picture of the architecture
    Graph(graph::Arguments),
    /// AWS's documentation of the resources in use
    Docs(docs::Arguments),
}

/// Does what the arguments say.
pub(crate) fn run() -> ExitCode {
    // What is run after every edit does not pay for the rest.
    if env::args_os().len() == 1 {
        return ended(synth::run(&synth::Arguments::default()));
    }
    ended(match Arguments::parse().verb {
        None => synth::run(&synth::Arguments::default()),
        Some(Verb::Synth(arguments)) => synth::run(&arguments),
        Some(Verb::Ls(arguments)) => ls::run(&arguments),
        Some(Verb::Check(arguments)) => check::run(&arguments),
        Some(Verb::Diff(arguments)) => diff::run(&arguments),
        Some(Verb::Package(arguments)) => package::run(&arguments),
        Some(Verb::Deploy(arguments)) => deploy::run(&arguments),
        Some(Verb::Outputs(arguments)) => outputs::run(&arguments),
        Some(Verb::Config(arguments)) => config::run(&arguments),
        Some(Verb::Destroy(arguments)) => destroy::run(&arguments),
        Some(Verb::Graph(arguments)) => graph::run(&arguments),
        Some(Verb::Docs(arguments)) => docs::run(&arguments),
    })
}

fn ended(result: Result<ExitCode, Failure>) -> ExitCode {
    result.unwrap_or_else(|failure| {
        eprintln!("{}: {}", terminal::err().red("error"), terminal::safe(&failure.text));
        ExitCode::from(failure.code)
    })
}
