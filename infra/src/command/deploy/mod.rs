//! Builds, uploads, shows what will change, and makes it so.

mod change_set;
mod events;
mod parameters;
mod progress;
mod state;

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value as Json, json};

use super::diff::Difference;
use super::failure::Failure;
use super::source::{Choice, Source};
use super::stack::{Stack, Which};
use super::{config, outputs, package, terminal};
use change_set::ChangeSet;
pub(crate) use progress::{Watch, on_interrupt};

const EXAMPLES: &str = "\
It builds the functions (cargo-lambda), uploads them under their SHA-256, has AWS make a change set, shows it, asks,
executes it, and follows each resource to the end. Parameters that are not given keep their values. The outputs are
printed, and written as the front end's config.json. That nothing changes is a success.

A resource that holds data is replaced or removed only if --allow-replacement names it.
Ctrl-C stops the watching, not the deployment. Whoever may deploy is decided by your AWS credentials alone.

Examples:

  cargo run -p infra -- deploy --bucket BUCKET
  cargo run -p infra -- deploy --bucket BUCKET --stack-name parlor-production --parameter Stage=production \\
      --parameter AllowedOrigins=https://chat.example --config web/public/config.json
  cargo run -p infra -- deploy --bucket BUCKET --yes --no-build          in a pipeline

Exit code: 0 deployed, or nothing to do; 1 AWS did not manage, or you said no; 3 data is endangered; 2 anything else.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    upload: package::Upload,
    /// A parameter of the template
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameters::name_and_value)]
    parameters: Vec<(String, String)>,
    /// A tag of the stack, which its resources get, too; none given: they stay as they are
    #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = parameters::name_and_value)]
    tags: Vec<(String, String)>,
    /// What the template may do with permissions; CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND for others
    #[arg(long = "capability", value_name = "NAME", default_value = "CAPABILITY_IAM")]
    capabilities: Vec<String>,
    /// Allow that this resource is replaced or removed, with the data it holds
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_replacement: Vec<String>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Where the front end's configuration goes
    #[arg(long, value_name = "FILE", default_value = "config.json")]
    config: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if !arguments.yes && !terminal::has_someone() {
        return Err("nobody is there to be asked: pass --yes".into());
    }
    let which = &arguments.which;
    let source = arguments.choice.load()?;
    let stack = state::to_update(which.find()?, which)?;
    let parameters = parameters::decide(&source.json, stack.as_ref(), &arguments.parameters)?;
    // Refused before anything is built or sent, where the templates alone tell.
    if stack.is_some() {
        refuse_nested(&source.json, &arguments.allow_replacement)?;
        let old = which.template()?;
        let mut new = source.json.clone();
        package::compare_code(&old, &mut new, &source.folder);
        let difference = Difference::of(&old, &new);
        if difference.endangered(&arguments.allow_replacement).next().is_some() {
            println!("{}", difference.text());
        }
        refuse_loss(&difference, &arguments.allow_replacement)?;
    }
    let architecture = parameters::value(&source.json, &parameters, stack.as_ref(), "Architecture");
    let architecture = architecture.unwrap_or_else(|| "arm64".to_owned());
    let (source, packaged) = arguments.upload.package(&arguments.choice, &architecture, &which.account)?;
    let Some(change_set) = ChangeSet::make(arguments, &packaged, &parameters, stack.as_ref())? else {
        println!("Nothing changes: the stack `{}` is as the template says.", which.stack_name);
        return finish(arguments, &source);
    };
    let agreed =
        agreed(arguments, &packaged.json, &change_set, stack.as_ref().map(|stack| (stack, &parameters)));
    if !matches!(agreed, Ok(true)) {
        change_set.discard()?;
        agreed?;
        return Err(Failure::refused("nothing was changed"));
    }
    on_interrupt(format!(
        "The deployment goes on at AWS. `aws cloudformation describe-stack-events --stack-name {}{}` tells how.",
        which.stack_name,
        which.account.options()
    ))?;
    let watch = Watch::begin(&which.account, &change_set.stack_id, change_set.changes.len())?;
    change_set.execute()?;
    let end = watch.follow()?;
    if !end.is_success() {
        return Err(Failure::refused(format!(
            "{}\n{}",
            end.cause(&source.lines),
            state::advice(&end.status, which)
        )));
    }
    println!("\n{}: {}\n", which.stack_name, terminal::out().green(&end.status));
    finish(arguments, &source)
}

/// Shows what will change, and asks.
fn agreed(
    arguments: &Arguments,
    new: &Json,
    change_set: &ChangeSet,
    old: Option<(&Stack, &parameters::Values)>,
) -> Result<bool, Failure> {
    let difference = match old {
        Some(_) => Difference::of(&arguments.which.template()?, new),
        None => Difference::of(&json!({}), new),
    };
    if let Some((stack, values)) = old {
        if !difference.is_empty() {
            println!("{}", difference.text());
        }
        print!("{}", parameters::changes(new, stack, values));
        refuse_loss(&difference, &arguments.allow_replacement)?;
        change_set.refuse_loss(&difference, &arguments.allow_replacement)?;
    }
    print!("{}", change_set.text(&difference));
    Ok(arguments.yes || terminal::agrees(&format!("Do this to the stack `{}`?", arguments.which.stack_name))?)
}

fn refuse_loss(difference: &Difference, allowed: &[String]) -> Result<(), Failure> {
    let ids: Vec<&str> = difference.endangered(allowed).map(|one| one.id.as_str()).collect();
    if ids.is_empty() { Ok(()) } else { Err(refusal(&ids)) }
}

/// What is replaced inside nested stacks shows neither in their parent's templates nor in its change set.
fn refuse_nested(template: &Json, allowed: &[String]) -> Result<(), Failure> {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let nested = resources.filter(|(_, resource)| resource["Type"] == "AWS::CloudFormation::Stack");
    let unseen: Vec<&str> =
        nested.map(|(id, _)| id.as_str()).filter(|id| !allowed.iter().any(|one| one == id)).collect();
    if unseen.is_empty() {
        return Ok(());
    }
    let options: Vec<String> = unseen.iter().map(|id| format!("--allow-replacement {id}")).collect();
    Err(Failure {
        code: 3,
        text: format!(
            "what an update replaces inside nested stacks is not seen from here, so nothing was done. Look at a \
             change set with --include-nested-stacks of the AWS CLI; if all is well: {}",
            options.join(" ")
        ),
    })
}

/// What is said where data would be lost.
fn refusal(ids: &[&str]) -> Failure {
    let options: Vec<String> = ids.iter().map(|id| format!("--allow-replacement {id}")).collect();
    Failure {
        code: 3,
        text: format!(
            "{} would be replaced or removed, with the data it holds; nothing was changed. `diff` shows why. \
             If it is meant: {}",
            ids.join(", "),
            options.join(" ")
        ),
    }
}

/// Prints the outputs and writes the front end's configuration.
fn finish(arguments: &Arguments, source: &Source) -> Result<ExitCode, Failure> {
    let stack = arguments.which.get()?;
    print!("{}", outputs::text(&stack.outputs));
    match config::write(&stack.outputs, &arguments.config) {
        Ok(()) => println!("\n{} is written.", arguments.config.display()),
        // A template of someone else's need not have what our front end wants.
        Err(failure) if !source.is_ours && failure.code == 1 => {
            eprintln!("{} is not written: {}", arguments.config.display(), failure.text);
        }
        Err(failure) => return Err(failure),
    }
    Ok(ExitCode::SUCCESS)
}
