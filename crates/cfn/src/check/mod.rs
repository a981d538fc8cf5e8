//! Checks of a finished template: what AWS would refuse, or is known to fail on, told before it is asked.
//!
//! They read plain template JSON, so that they serve any template, whoever wrote it; for one of ours they also
//! know the source line that made each resource. A value that only the deployment knows (a parameter, another
//! stack's export) is never guessed at; of an `Fn::If`, both branches are looked at.
//!
//! ```
//! use serde_json::json;
//! let bucket = json!({ "Type": "AWS::S3::Bucket", "Properties": { "AccessControl": "PublicRead" } });
//! let problems = cfn::check::json(&json!({ "Resources": { "Photos": bucket } }));
//! assert!(problems.iter().any(|problem| problem.text.contains("`PublicRead`")));
//! ```

mod appsync;
mod arns;
mod conditions;
mod cycles;
mod exposure;
mod functions;
#[cfg(feature = "graphql")]
mod graphql;
mod http;
mod identity;
mod lambda;
mod lifetime;
mod limits;
#[cfg(feature = "specification")]
mod links;
mod needs;
mod parameters;
mod permissions;
mod policies;
mod problem;
mod references;
mod repeated;
mod rest;
mod scripts;
mod sections;
#[cfg(feature = "specification")]
mod specification;
mod stages;
mod tables;
mod times;
#[cfg(feature = "specification")]
mod values;
pub(crate) mod view;
mod waits;

use std::collections::BTreeMap;
use std::panic::Location;

use serde_json::Value as Json;

use crate::template::Template;
use problem::Findings;
pub use problem::{Judgement, Level, Problem};
use view::View;
pub(crate) use view::{Reference, walk};

/// The checks, each a family with its own file.
const CHECKS: &[fn(&View<'_>, &mut Findings<'_>)] = &[
    limits::check,
    sections::check,
    parameters::check,
    functions::check,
    references::check,
    conditions::check,
    cycles::check,
    policies::check,
    arns::check,
    permissions::check,
    needs::check,
    exposure::check,
    lifetime::check,
    lambda::check,
    waits::check,
    tables::check,
    identity::check,
    appsync::check,
    scripts::check,
    #[cfg(feature = "graphql")]
    graphql::check,
    rest::check,
    http::check,
    stages::check,
    times::check,
    #[cfg(feature = "specification")]
    links::check,
    // Last: where a check that knows more has spoken, it is silent.
    #[cfg(feature = "specification")]
    specification::check,
];

/// The problems and notes of a template given as JSON.
#[must_use]
pub fn json(template: &Json) -> Vec<Problem> {
    let view = View::new(template);
    let mut findings = Findings::new(&view);
    for check in CHECKS {
        check(&view, &mut findings);
    }
    findings.problems
}

/// The problems and notes of a template given as text, which may also name a thing twice.
///
/// # Errors
/// The text is not JSON.
pub fn text(template: &str) -> Result<Vec<Problem>, serde_json::Error> {
    let mut problems: Vec<Problem> = repeated::keys(template)?
        .iter()
        .map(|path| {
            let text = "the name is given twice, and only the last one counts: rename or remove one";
            Problem::error(path, text.to_owned())
        })
        .collect();
    problems.extend(json(&serde_json::from_str(template)?));
    limits::size_of_text(template.len(), &mut problems);
    Ok(problems)
}

/// The problems and notes of a template of ours, each with the source line that made it.
#[must_use]
pub fn template(template: &Template) -> Vec<Problem> {
    let mut problems = Vec::new();
    taken_twice(template.ids(), &mut problems);
    taken_twice(template.condition_ids(), &mut problems);
    taken_twice(template.mapping_ids(), &mut problems);
    taken_twice(template.rule_ids(), &mut problems);
    taken_twice(template.output_ids(), &mut problems);
    problems.extend(json(&template.to_json()));
    limits::size_of_text(template.to_text().len(), &mut problems);
    let sources: BTreeMap<&str, &'static Location<'static>> = template
        .output_ids()
        .chain(template.mapping_ids())
        .chain(template.rule_ids())
        .chain(template.condition_ids())
        .chain(template.ids())
        .collect();
    for problem in &mut problems {
        problem.at = problem.at.or_else(|| sources.get(problem.about.as_str()).copied());
    }
    problems
}

fn taken_twice<'a>(
    ids: impl Iterator<Item = (&'a str, &'static Location<'static>)>,
    problems: &mut Vec<Problem>,
) {
    let mut seen: BTreeMap<&str, &Location<'_>> = BTreeMap::new();
    for (id, at) in ids {
        if let Some(first) = seen.insert(id, at) {
            let first = format!("{}:{}", first.file(), first.line());
            let text = format!("the logical id was taken already at {first}: choose another");
            problems.push(Problem { at: Some(at), ..Problem::error(id, text) });
        }
    }
}
