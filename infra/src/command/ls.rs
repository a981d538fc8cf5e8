//! Lists what the template is made of, and how near it is to CloudFormation's limits.
//!
//! Source of the limits: "CloudFormation quotas" in the CloudFormation user guide.

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::Value as Json;

use super::failure::Failure;
use super::source::{Choice, Source};
use super::terminal::{self, safe_line, table};

const EXAMPLES: &str = "\
Examples:

  cargo run -p infra -- ls
  cargo run -p infra -- ls --resources                 each resource with the source line that made it
  cargo run -p infra -- ls --template packaged.json

Exit code: 0 listed, 1 a limit is exceeded, 2 the file cannot be read.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Each resource, not only how many of a type
    #[arg(long)]
    resources: bool,
}

const SECTIONS: [(&str, usize); 4] =
    [("Resources", 500), ("Parameters", 200), ("Mappings", 200), ("Outputs", 200)];
const UPLOADED_BYTES: usize = 1_000_000;
const INLINE_BYTES: usize = 51_200;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let source = arguments.choice.load()?;
    let mut text = if arguments.resources { each(&source) } else { by_type(&source) };
    text.push('\n');
    let is_within = limits(&source.json, &mut text);
    let printed = terminal::print(&text);
    Ok(if is_within { printed } else { ExitCode::FAILURE })
}

/// The part that a resource belongs to.
fn part(source: &Source, id: &str) -> String {
    let part = source.parts.get(id).filter(|part| !part.is_empty());
    part.map_or_else(|| "–".to_owned(), |part| safe_line(part))
}

fn resources(source: &Source) -> impl Iterator<Item = (&str, &str)> {
    let all = source.json["Resources"].as_object().into_iter().flatten();
    all.map(|(id, resource)| (id.as_str(), resource["Type"].as_str().unwrap_or("no type")))
}

fn by_type(source: &Source) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut counts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (id, kind) in resources(source) {
        let part = part(source, id);
        let index = parts.iter().position(|known| *known == part).unwrap_or_else(|| {
            parts.push(part);
            parts.len() - 1
        });
        *counts.entry((index, kind)).or_default() += 1;
    }
    let mut rows = vec![["PART", "COUNT", "TYPE"].map(str::to_owned).to_vec()];
    let mut last = None;
    for ((part, kind), count) in &counts {
        let name = if last == Some(part) { String::new() } else { parts[*part].clone() };
        last = Some(part);
        rows.push(vec![name, format!("{count:>5}"), safe_line(kind)]);
    }
    table(&rows)
}

fn each(source: &Source) -> String {
    let mut rows = vec![["PART", "RESOURCE", "TYPE", "FROM"].map(str::to_owned).to_vec()];
    for (id, kind) in resources(source) {
        let line = source.lines.get(id).map(|at| format!("{}:{}", at.file(), at.line()));
        rows.push(vec![part(source, id), safe_line(id), safe_line(kind), line.unwrap_or_default()]);
    }
    table(&rows)
}

/// Writes a row for each limit; whether all are kept.
fn limits(json: &Json, text: &mut String) -> bool {
    let paint = terminal::out();
    let bytes = format!("{json:#}\n").len();
    let mut rows = vec![["LIMIT", "   USED", "     OF", "", ""].map(str::to_owned).to_vec()];
    let mut is_within = true;
    let mut row = |name: &str, used: usize, most: usize, beyond: &str| {
        let state = if used > most { beyond.to_owned() } else { String::new() };
        let percent = used * 100 / most;
        rows.push(vec![
            name.to_owned(),
            format!("{used}"),
            format!("{most}"),
            format!("{percent:>3} %"),
            state,
        ]);
    };
    for (section, most) in SECTIONS {
        let used = json[section].as_object().map_or(0, serde_json::Map::len);
        is_within &= used <= most;
        row(section, used, most, &paint.red("too many: move some into a nested stack"));
    }
    row("bytes, through S3", bytes, UPLOADED_BYTES, &paint.red("too many: move a part into a nested stack"));
    row("bytes, sent inline", bytes, INLINE_BYTES, &paint.dim("goes through S3: a bucket is needed"));
    text.push_str(&table(&rows));
    is_within && bytes <= UPLOADED_BYTES
}
