//! Deletes a deployed stack, once it is said what goes and what stays.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::Value as Json;

use super::aws::Account;
use super::deploy::{Watch, on_interrupt};
use super::failure::Failure;
use super::stack::Which;
use super::terminal::{self, safe_line, table};

const EXAMPLES: &str = "\
It lists what is deleted and what is retained, and asks for the stack's name before it begins. How to delete what
is retained is said at the end. Ctrl-C stops the watching, not the deletion.

Examples:

  cargo run -p infra -- destroy
  cargo run -p infra -- destroy --stack-name parlor-test --yes

Exit code: 0 deleted, or not there; 1 AWS did not manage, or you said no; 2 anything else.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Arguments { which, yes } = arguments;
    let name = &which.stack_name;
    if !yes && !terminal::has_someone() {
        return Err("nobody is there to be asked: pass --yes".into());
    }
    let Some(stack) = which.find()? else {
        println!("There is no stack `{name}` in this account and region: nothing to delete.");
        return Ok(ExitCode::SUCCESS);
    };
    if stack.is_protected {
        let options = which.account.options();
        return Err(format!(
            "the stack `{name}` is protected from deletion. If it is meant: aws cloudformation \
             update-termination-protection --no-enable-termination-protection --stack-name {name}{options}"
        )
        .into());
    }
    let template = which.template()?;
    let (retained, deleted): (Vec<_>, Vec<_>) =
        which.resources()?.into_iter().partition(|[id, ..]| is_retained(&template["Resources"][id]));
    let paint = terminal::out();
    println!("{}\n{}", paint.red("Deleted"), listed(&deleted));
    println!("{}\n{}", paint.bold("Retained"), listed(&retained));
    if deleted.iter().any(|[_, kind, _]| kind == "AWS::CloudFormation::Stack") {
        println!("What is in nested stacks is not listed; what is retained there stays as well.\n");
    }
    if !yes && terminal::ask(&format!("Type the stack's name, `{name}`, to delete it:"))? != *name {
        return Err(Failure::refused("that is not its name; nothing was deleted"));
    }
    on_interrupt(format!(
        "The deletion goes on at AWS. `aws cloudformation describe-stack-events --stack-name {}{}` tells how.",
        stack.id,
        which.account.options()
    ))?;
    let watch = Watch::begin(&which.account, &stack.id, deleted.len())?;
    which.account.call(&["cloudformation", "delete-stack", "--stack-name", name])?;
    let end = watch.follow()?;
    if !end.is_success() {
        let cause = end.cause(&BTreeMap::new());
        return Err(Failure::refused(format!("{cause}\nRepair what is named, then `destroy` again.")));
    }
    println!("\n`{name}` is deleted.");
    // Versions go with their function; the account's setting is every stack's of the region.
    let is_left = |[_, kind, _]: &&[String; 3]| {
        !["AWS::Lambda::Version", "AWS::ApiGateway::Account", "AWS::IAM::Role"].contains(&kind.as_str())
    };
    let left: Vec<_> = retained.iter().filter(is_left).collect();
    if !left.is_empty() {
        println!("\nRetained with its data. To delete it for good:\n");
        left.iter().for_each(|one| println!("{}", safe_line(&deletion(one, &which.account))));
    }
    Ok(ExitCode::SUCCESS)
}

fn is_retained(resource: &Json) -> bool {
    matches!(resource["DeletionPolicy"].as_str(), Some("Retain" | "RetainExceptOnCreate"))
}

fn listed(resources: &[[String; 3]]) -> String {
    if resources.is_empty() {
        return "  nothing\n".to_owned();
    }
    let rows: Vec<Vec<String>> = resources
        .iter()
        .map(|[id, kind, physical]| {
            vec![format!("  {}", safe_line(id)), safe_line(kind), safe_line(physical)]
        })
        .collect();
    table(&rows)
}

/// The command that deletes a thing that was retained.
fn deletion([_, kind, name]: &[String; 3], account: &Account) -> String {
    let options = account.options();
    match kind.as_str() {
        "AWS::DynamoDB::Table" => format!(
            "  aws dynamodb update-table --table-name {name} --no-deletion-protection-enabled{options}; \
             aws dynamodb delete-table --table-name {name}{options}"
        ),
        // A versioned bucket has to be emptied of its old versions, too, which this does not do.
        "AWS::S3::Bucket" => format!(
            "  aws s3 rb --force s3://{name}{options}     # versions: see `aws s3api list-object-versions`"
        ),
        "AWS::Cognito::UserPool" => {
            format!(
                "  aws cognito-idp update-user-pool --user-pool-id {name} --deletion-protection INACTIVE{options}; \
                 aws cognito-idp delete-user-pool --user-pool-id {name}{options}"
            )
        }
        "AWS::Logs::LogGroup" => format!("  aws logs delete-log-group --log-group-name {name}{options}"),
        kind => {
            format!("  aws cloudcontrol delete-resource --type-name {kind} --identifier '{name}'{options}")
        }
    }
}
