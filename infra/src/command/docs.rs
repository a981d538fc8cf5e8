//! Points to AWS's documentation of the resources in use.

use std::collections::BTreeSet;
use std::process::ExitCode;

use cfn::specification;

use super::failure::Failure;
use super::source::Choice;
use super::terminal::{self, safe_line, table};

const EXAMPLES: &str = "\
Examples:

  cargo run -p infra -- docs                          every type in the template
  cargo run -p infra -- docs ChatTable                the type of a resource, and each property it has
  cargo run -p infra -- docs AWS::SQS::Queue          any type of the specification

Exit code: 0 printed, 2 there is no such type or resource.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A type, or a resource of the template by its logical id
    #[arg(value_name = "TYPE|LOGICAL_ID")]
    about: Option<String>,
    #[command(flatten)]
    choice: Choice,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let json = arguments.choice.load()?.json;
    let Some(about) = &arguments.about else {
        let resources = json["Resources"].as_object().into_iter().flatten();
        let types: BTreeSet<&str> = resources.filter_map(|(_, resource)| resource["Type"].as_str()).collect();
        return Ok(terminal::print(&table(&types.iter().map(|kind| row(kind)).collect::<Vec<_>>())));
    };
    if about.contains("::") {
        let link = specification::documentation(about);
        let link = link.ok_or_else(|| format!("`{about}` is no type that the specification here knows"))?;
        return Ok(terminal::print(&format!("{link}\n")));
    }
    let resource = json["Resources"].get(about.as_str()).ok_or_else(|| {
        format!("the template has no resource `{about}`: `ls --resources` lists them; a type has `::` in it")
    })?;
    let kind = resource["Type"].as_str().unwrap_or_default();
    let mut rows = vec![row(kind)];
    for (name, _) in resource["Properties"].as_object().into_iter().flatten() {
        let property = specification::property(kind, name);
        rows.push(vec![
            format!("  {}", safe_line(name)),
            property.map(|it| it.documentation).unwrap_or_default(),
        ]);
    }
    Ok(terminal::print(&table(&rows)))
}

fn row(kind: &str) -> Vec<String> {
    let link = specification::documentation(kind);
    vec![safe_line(kind), link.unwrap_or_else(|| "the specification here does not know it".to_owned())]
}
