//! Says what changes from one template to another, and what AWS will do about it.

mod align;
mod permissions;
mod refused;
mod report;
mod resources;
mod values;

use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value as Json;

use super::failure::Failure;
use super::source::{self, Choice};
use super::stack::Which;
use super::{package, terminal};
pub(crate) use resources::Resource;
use values::Change;
pub(crate) use values::short;

const EXAMPLES: &str = "\
Of each change it says what AWS does: updates the resource as it stands, replaces it, or may replace it. Whoever
refers to a replaced resource is listed too. Code that is built (target/lambda) is compared by its hash.

In red: a change that AWS refuses (of how people sign in, for one), and a resource with data that is replaced or
removed. What is retained is not deleted, but the stack goes on without it. `--allow-replacement ID` says that
this is meant.

Examples:

  cargo run -p infra -- diff                                    against the deployed stack `parlor`
  cargo run -p infra -- diff --stack-name parlor-production
  git show HEAD~1:infra/tests/template.json | cargo run -p infra -- diff -
  cargo run -p infra -- diff old.json --template new.json       any two templates

Exit code: 0, whether something changes or not; with --exit-code 1 if something changes; 3 if data is endangered,
and it was not allowed; 2 if it could not be compared.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The old template (JSON), `-` for stdin; none: that of the deployed stack
    #[arg(conflicts_with = "stack_name")]
    file: Option<PathBuf>,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    choice: Choice,
    /// Allow that this resource is replaced or removed, with the data it holds
    #[arg(long, value_name = "LOGICAL_ID")]
    allow_replacement: Vec<String>,
    /// End with 1 if something changes, as `git diff --exit-code` does
    #[arg(long)]
    exit_code: bool,
    /// Print the changes as JSON
    #[arg(long)]
    json: bool,
}

/// All that changes from one template to another.
pub(crate) struct Difference {
    pub(crate) resources: Vec<Resource>,
    /// Sections other than the resources: its name, the entry's, and what changed.
    sections: Vec<(&'static str, String, Vec<Change>)>,
    permissions: Vec<permissions::Change>,
}

const SECTIONS: [&str; 8] =
    ["Description", "Transform", "Metadata", "Parameters", "Mappings", "Rules", "Conditions", "Outputs"];

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let new = arguments.choice.load()?;
    let old = match &arguments.file {
        Some(file) => source::read(file)?,
        None => {
            arguments.which.get()?;
            arguments.which.template()?
        }
    };
    let mut json = new.json;
    package::compare_code(&old, &mut json, &new.folder);
    let difference = Difference::of(&old, &json);
    let text = match arguments.json {
        true => format!("{:#}\n", report::json(&difference)),
        false => report::text(&difference, terminal::out()),
    };
    let printed = terminal::print(&text);
    if difference.endangered(&arguments.allow_replacement).next().is_some() {
        return Ok(ExitCode::from(3));
    }
    Ok(if arguments.exit_code && !difference.is_empty() { ExitCode::FAILURE } else { printed })
}

impl Difference {
    /// What changes from the old template to the new one.
    pub(crate) fn of(old: &Json, new: &Json) -> Self {
        let mut sections = Vec::new();
        for section in SECTIONS {
            let (old, new) = (&old[section], &new[section]);
            if !old.is_object() && !new.is_object() {
                if old != new {
                    sections.push((section, String::new(), vec![Change::whole(old, new)]));
                }
                continue;
            }
            let mut names: Vec<&String> =
                new.as_object().into_iter().flatten().map(|(name, _)| name).collect();
            let gone = old.as_object().into_iter().flatten().map(|(name, _)| name);
            names.extend(gone.filter(|name| new.get(name.as_str()).is_none()));
            for name in names {
                let (old, new) = (&old[name.as_str()], &new[name.as_str()]);
                let changes = match old.is_object() && new.is_object() && section != "Conditions" {
                    true => values::members(old, new),
                    false if old == new => Vec::new(),
                    false => vec![Change::whole(old, new)],
                };
                if !changes.is_empty() {
                    sections.push((section, name.clone(), changes));
                }
            }
        }
        Self {
            resources: resources::changes(old, new),
            sections,
            permissions: permissions::changes(old, new),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.sections.is_empty()
    }

    /// The resources whose data is endangered, but those that are named here.
    pub(crate) fn endangered<'a>(&'a self, allowed: &'a [String]) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(|one| one.endangers_data() && !allowed.contains(&one.id))
    }

    /// Whether the resource stays what it is, as far as the templates say.
    pub(crate) fn is_harmless(&self, id: &str) -> bool {
        self.resources.iter().filter(|one| one.id == id).all(|one| !one.is_lost())
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        report::text(self, terminal::out())
    }
}
