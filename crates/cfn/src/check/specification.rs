//! Properties against the specification: their names, their values, and the values inside of these.
//!
//! What the deployment resolves is left alone, and so are types that the specification does not describe. Text
//! stands for a number or a boolean as CloudFormation takes it, `"5"` and `"true"`.

use serde_json::{Map, Value as Json};

use super::problem::{Findings, quoted};
use super::view::{Resource, View, alternatives};
use super::{links, values};
use crate::specification::{Definition, Facts, Kind, link};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    if is_rewritten(&view.json["Transform"]) {
        return;
    }
    let said_before = findings.problems.len();
    for about in view.all() {
        let Some(definition) = Definition::of(about.kind) else {
            unknown_type(about, findings);
            continue;
        };
        let mut walk = Walk { view, about, part: None, findings, said_before };
        match &about.json["Properties"] {
            Json::Null => walk.properties(definition, &Map::new(), ""),
            Json::Object(properties) => walk.properties(definition, properties, ""),
            other => findings.error(about.id, format!("`Properties` is {}: give an object", quoted(other))),
        }
    }
}

/// Where `aws cloudformation package` takes the path of a file, and puts the object of S3 in its place.
const PACKAGED: [(&str, &str); 4] = [
    ("AWS::ApiGateway::RestApi", "BodyS3Location"),
    ("AWS::Lambda::Function", "Code"),
    ("AWS::Lambda::LayerVersion", "Content"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location"),
];

/// Whether a macro of someone's own, of which we cannot know what it makes, goes over the template.
fn is_rewritten(transforms: &Json) -> bool {
    let own = |name: &Json| name.as_str().is_none_or(|name| !name.starts_with("AWS::"));
    match transforms {
        Json::Null => false,
        Json::Array(names) => names.iter().any(own),
        name => own(name),
    }
}

/// A type that does not exist, if its service has one of nearly the same name.
fn unknown_type(about: Resource<'_>, findings: &mut Findings<'_>) {
    let Some((service, name)) = about.kind.rsplit_once("::") else {
        return;
    };
    let names =
        Definition::resource_types().filter_map(|kind| kind.strip_prefix(service)?.strip_prefix("::"));
    if let Some(near) = nearest(name, names) {
        findings.error(about.id, format!("there is no type `{}`: write `{service}::{near}`", about.kind));
    }
}

pub(super) struct Walk<'a, 'b, 'c> {
    pub(super) view: &'b View<'a>,
    pub(super) about: Resource<'a>,
    /// The property type that is being read; `None` for the resource itself.
    part: Option<&'static str>,
    findings: &'b mut Findings<'c>,
    /// How many problems the checks that know more have found.
    said_before: usize,
}

impl Walk<'_, '_, '_> {
    fn properties(&mut self, definition: &'static Definition, given: &Map<String, Json>, path: &str) {
        let mut is_complete = true;
        for (name, value) in given {
            if name.starts_with("Fn::") {
                // A macro or a loop, which may bring any property.
                is_complete = false;
                continue;
            }
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            match definition.properties.get_key_value(name) {
                None => self.unknown(definition, name, &path),
                Some((name, facts)) => {
                    for value in alternatives(value) {
                        self.value(name, facts, &facts.kind, value, &path);
                    }
                }
            }
        }
        let required = definition.properties.iter().filter(|(_, facts)| facts.is_required);
        for (name, _) in required.filter(|_| is_complete) {
            if given.get(name).is_none_or(|value| alternatives(value).is_empty()) {
                let at = if path.is_empty() { String::new() } else { format!("`{path}` has no ") };
                let text = match path {
                    "" => format!("`{name}` is required: give it"),
                    _ => format!("{at}`{name}`, which is required: give it"),
                };
                self.say(name, text);
            }
        }
    }

    fn unknown(&mut self, definition: &'static Definition, name: &str, path: &str) {
        let of = match self.part {
            Some(part) => format!("a `{part}` of `{}`", self.about.kind),
            None => format!("`{}`", self.about.kind),
        };
        let known = definition.properties.keys().map(String::as_str);
        let text = match nearest(name, known) {
            Some(near) => format!("`{path}` is no property of {of}: write `{near}`"),
            None => format!("`{path}` is no property of {of}: remove it, or see {}", self.page(None)),
        };
        self.say(path, text);
    }

    fn value(
        &mut self,
        name: &'static str,
        facts: &'static Facts,
        kind: &'static Kind,
        value: &Json,
        path: &str,
    ) {
        if is_resolved_later(value) {
            if let Some(text) = links::wrong(self.view, name, facts, value, path) {
                self.say(path, text);
            }
            return;
        }
        let wanted = match (kind, value) {
            (Kind::Json, _) => return,
            (_, Json::String(_)) if PACKAGED.contains(&(self.about.kind, path)) => return,
            (Kind::List(element), Json::Array(items)) => {
                self.count(facts, items, path);
                for (at, item) in items.iter().enumerate() {
                    for item in alternatives(item) {
                        self.value(name, facts, element, item, &format!("{path}.{at}"));
                    }
                }
                return;
            }
            (Kind::Map(element), Json::Object(entries)) => {
                for (key, entry) in entries.iter().filter(|(key, _)| !key.starts_with("Fn::")) {
                    for entry in alternatives(entry) {
                        self.value(name, facts, element, entry, &format!("{path}.{key}"));
                    }
                }
                return;
            }
            (Kind::PropertyType(part), Json::Object(given)) => {
                if let Some(definition) = Definition::of_part(self.about.kind, part) {
                    let outer = self.part.replace(part);
                    self.properties(definition, given, path);
                    self.part = outer;
                }
                return;
            }
            (Kind::List(_), _) => "a list",
            (Kind::Map(_) | Kind::PropertyType(_), _) => "an object",
            (_, Json::Array(_) | Json::Object(_)) => kind.name(),
            (kind, literal) => {
                let wrong = values::wrong(facts, kind, literal);
                if let Some((what, needs_page)) = wrong {
                    let page =
                        if needs_page { format!("; see {}", self.page(Some(name))) } else { String::new() };
                    self.say(path, format!("`{path}` is {}: {what}{page}", quoted(literal)));
                }
                return;
            }
        };
        self.say(path, format!("`{path}` is {}: give {wanted}", quoted(value)));
    }

    /// Items that may come to nothing do not count where there are too few, nor those that may become several.
    fn count(&mut self, facts: &Facts, items: &[Json], path: &str) {
        let literals = items.iter().filter(|item| !is_resolved_later(item) && item.get("Fn::If").is_none());
        let (least, most) = (literals.count() as u64, items.len() as u64);
        let is_literal = least == most;
        if let Some(many) = facts.count.to.filter(|many| least > *many) {
            self.say(path, format!("`{path}` has {most} items: give at most {many}"));
        } else if let Some(few) = facts.count.from.filter(|few| is_literal && most < *few) {
            self.say(path, format!("`{path}` has {most} items: give at least {few}"));
        }
    }

    fn page(&self, property: Option<&str>) -> String {
        link(self.about.kind, self.part, property)
    }

    fn say(&mut self, path: &str, text: String) {
        if !self.findings.names(self.about.id, path, self.said_before) {
            self.findings.error(self.about.id, text);
        }
    }
}

/// Whether only the deployment knows the value: an intrinsic, or text with a dynamic reference.
pub(super) fn is_resolved_later(value: &Json) -> bool {
    match value {
        Json::Object(object) => {
            object.len() == 1 && object.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
        }
        Json::String(text) => text.contains("{{resolve:"),
        _ => false,
    }
}

/// The name that was probably meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = name.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&plain, &other.to_lowercase());
    let (distance, near) = known.map(|other| (distance(other), other)).min()?;
    (distance <= (plain.len() / 4).clamp(1, 3)).then_some(near)
}
