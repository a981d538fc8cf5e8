//! Checks of a finished template: what CloudFormation would refuse, told before it is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::Location;

use serde_json::Value as Json;

use crate::template::Template;

/// Something wrong with a template: what it is about, where that was added, and what to do.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The logical id, or the section, that it is about.
    pub about: String,
    /// The source line that added it.
    pub at: Option<&'static Location<'static>>,
    /// What is wrong and what to do.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.about, self.text)?;
        match self.at {
            Some(at) => write!(f, " ({}:{})", at.file(), at.line()),
            None => Ok(()),
        }
    }
}

type Sources<'a> = BTreeMap<&'a str, &'static Location<'static>>;

pub(crate) fn template(template: &Template) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    ids(template.ids(), &mut problems);
    ids(template.condition_ids(), &mut problems);
    ids(template.output_ids(), &mut problems);
    let json = template.to_json();
    let mut sources: Sources<'_> = template.output_ids().chain(template.condition_ids()).collect();
    sources.extend(template.ids());
    references(&json, &sources, &mut problems);
    cycles(&json, &sources, &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn ids<'a>(ids: impl Iterator<Item = (&'a str, &'static Location<'static>)>, problems: &mut Vec<Problem>) {
    let mut seen = BTreeMap::new();
    for (id, at) in ids {
        let mut report = |text| problems.push(Problem { about: id.to_owned(), at: Some(at), text });
        if id.is_empty() || id.len() > 255 || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            report("a logical id has 1 to 255 letters and digits, nothing else: choose another".to_owned());
        }
        if let Some(first) = seen.insert(id, at) {
            let first = format!("{}:{}", first.file(), first.line());
            report(format!("the logical id was taken already at {first}: choose another"));
        }
    }
}

fn references(json: &Json, sources: &Sources<'_>, problems: &mut Vec<Problem>) {
    let ids: BTreeSet<&str> =
        ["Parameters", "Resources"].iter().flat_map(|name| keys(&json[*name])).collect();
    let conditions: BTreeSet<&str> = keys(&json["Conditions"]).collect();
    for section in ["Conditions", "Resources", "Outputs"] {
        for (about, entry) in json[section].as_object().into_iter().flatten() {
            walk(entry, &mut |reference| {
                let missing = match reference {
                    Reference::Thing(id) => !id.starts_with("AWS::") && !ids.contains(id),
                    Reference::Condition(id) => !conditions.contains(id),
                };
                if missing {
                    let text = match reference {
                        Reference::Thing(id) => {
                            format!("it refers to `{id}`, which is not in the template: add it")
                        }
                        Reference::Condition(id) => {
                            format!("the condition `{id}` is not in the template: add it")
                        }
                    };
                    problems.push(Problem {
                        about: about.clone(),
                        at: sources.get(about.as_str()).copied(),
                        text,
                    });
                }
            });
        }
    }
}

/// Reports one cycle, if there is any: breaking it shows the next.
fn cycles(json: &Json, sources: &Sources<'_>, problems: &mut Vec<Problem>) {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, resource) in json["Resources"].as_object().into_iter().flatten() {
        let targets = edges.entry(id).or_default();
        walk(resource, &mut |reference| {
            if let Reference::Thing(target) = reference {
                targets.insert(target);
            }
        });
    }
    // What has no dependency left is created first; what remains hangs on a cycle.
    let resources: BTreeSet<&str> = edges.keys().copied().collect();
    let mut waiting = edges;
    for targets in waiting.values_mut() {
        targets.retain(|target| resources.contains(target));
    }
    loop {
        let ready: Vec<&str> = waiting.iter().filter(|(_, t)| t.is_empty()).map(|(id, _)| *id).collect();
        if ready.is_empty() {
            break;
        }
        for id in ready {
            waiting.remove(id);
            for targets in waiting.values_mut() {
                targets.remove(id);
            }
        }
    }
    let Some((&start, _)) = waiting.first_key_value() else {
        return;
    };
    // Every resource that remains has a target that remains: following them comes back sooner or later.
    let mut path = vec![start];
    let around = loop {
        let next = path.last().and_then(|last| waiting[last].first()).copied().unwrap_or(start);
        if let Some(at) = path.iter().position(|id| *id == next) {
            break &path[at..];
        }
        path.push(next);
    };
    let text =
        format!("it depends on itself: {} → {}; cut one of these references", around.join(" → "), around[0]);
    problems.push(Problem { about: around[0].to_owned(), at: sources.get(around[0]).copied(), text });
}

#[derive(Clone, Copy)]
enum Reference<'a> {
    Thing(&'a str),
    Condition(&'a str),
}

/// Calls `found` with everything that a section's entry refers to.
fn walk<'a>(json: &'a Json, found: &mut impl FnMut(Reference<'a>)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Json::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("Ref", Json::String(id)) => found(Reference::Thing(id)),
                    ("Fn::GetAtt", Json::Array(path)) => {
                        path.first()
                            .and_then(Json::as_str)
                            .into_iter()
                            .for_each(|id| found(Reference::Thing(id)));
                    }
                    ("Fn::GetAtt", Json::String(path)) => {
                        path.split('.').next().into_iter().for_each(|id| found(Reference::Thing(id)));
                    }
                    ("Fn::Sub", Json::String(text)) => {
                        variables(text).for_each(|id| found(Reference::Thing(id)))
                    }
                    ("Fn::Sub", Json::Array(parts)) => {
                        let own: BTreeSet<&str> = parts.get(1).map(keys).into_iter().flatten().collect();
                        let text = parts.first().and_then(Json::as_str).unwrap_or_default();
                        variables(text)
                            .filter(|id| !own.contains(id))
                            .for_each(|id| found(Reference::Thing(id)));
                        parts.iter().skip(1).for_each(|part| walk(part, found));
                    }
                    ("Fn::If", Json::Array(parts)) => {
                        parts
                            .first()
                            .and_then(Json::as_str)
                            .into_iter()
                            .for_each(|id| found(Reference::Condition(id)));
                        parts.iter().skip(1).for_each(|part| walk(part, found));
                    }
                    ("Condition", Json::String(id)) => found(Reference::Condition(id)),
                    ("DependsOn", Json::String(id)) => found(Reference::Thing(id)),
                    ("DependsOn", Json::Array(ids)) => {
                        ids.iter().filter_map(Json::as_str).for_each(|id| found(Reference::Thing(id)));
                    }
                    _ => walk(value, found),
                }
            }
        }
        _ => {}
    }
}

/// The logical ids in the text of a `Fn::Sub`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| {
        let name = rest.split('}').next()?;
        (!name.starts_with('!')).then(|| name.split('.').next().unwrap_or(name))
    })
}

fn keys(json: &Json) -> impl Iterator<Item = &str> {
    json.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str))
}
