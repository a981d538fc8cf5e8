//! The template to be split: what is where, and what the stacks, their parameters and outputs are called.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::lists::{Items, items};
use super::problem;
use super::rewrite::{Stand, attribute, rewritten};
use super::uses::{Link, Uses};
use crate::check::Problem;
use crate::check::view::{entries, keys};
use crate::template::Template;

/// What a nested stack would say of itself, not of the whole.
const OF_THE_WHOLE: [&str; 2] = ["AWS::StackName", "AWS::StackId"];

pub(super) struct Whole<'a> {
    pub(super) json: &'a Json,
    #[cfg(feature = "specification")]
    tags: &'a [crate::tag::Tag],
    pub(super) parts: Vec<PartOf<'a>>,
    /// Where each resource is: in which part, or in the root.
    places: BTreeMap<&'a str, Option<usize>>,
    /// What a value is called where it is an output or a parameter.
    names: BTreeMap<Link, String>,
}

pub(super) struct PartOf<'a> {
    pub(super) name: &'a str,
    pub(super) resources: Vec<&'a str>,
    /// The logical id of its stack.
    pub(super) stack: String,
    pub(super) uses: Uses,
}

impl<'a> Whole<'a> {
    pub(super) fn new(template: &'a Template, json: &'a Json) -> Self {
        let mut taken: BTreeSet<String> = ["Parameters", "Mappings", "Conditions", "Resources"]
            .into_iter()
            .flat_map(|section| keys(&json[section]))
            .map(str::to_owned)
            .collect();
        variables_of_texts(json, &mut taken);

        let (mut parts, mut places) = (Vec::new(), BTreeMap::new());
        for part in template.parts().into_iter().filter(|part| !part.resources.is_empty()) {
            let place = part.name.map(|_| parts.len());
            places.extend(part.resources.iter().map(|id| (*id, place)));
            if let Some(name) = part.name {
                let uses = Uses::of(json, part.resources.iter().map(|id| &json["Resources"][*id]));
                let stack = free(&format!("{}Stack", pascal(name)), &mut taken);
                parts.push(PartOf { name, resources: part.resources, stack, uses });
            }
        }

        let everything = ["Conditions", "Resources", "Outputs"].map(|section| &json[section]);
        let names = Uses::of(json, everything)
            .links
            .into_iter()
            .filter(|link| places.contains_key(link.id.as_str()) || OF_THE_WHOLE.contains(&link.id.as_str()))
            .map(|link| {
                let name = free(&value_name(&link), &mut taken);
                (link, name)
            })
            .collect();
        Self {
            json,
            #[cfg(feature = "specification")]
            tags: template.tags(),
            parts,
            places,
            names,
        }
    }

    /// Gives a stack the template's tags, which CloudFormation hands on to what the stack makes and no property
    /// can tag; but for a tag that tells of a resource, which may be one of this very stack.
    #[cfg(feature = "specification")]
    pub(super) fn tag(&self, stack: &mut Json) {
        let tells_of_none = |tag: &&crate::tag::Tag| {
            let uses = Uses::of(self.json, [tag.value()]);
            uses.links.iter().all(|link| self.place(&link.id).is_none())
        };
        let tags: Vec<_> = self.tags.iter().filter(tells_of_none).cloned().collect();
        crate::tag::give(&tags, stack);
    }

    pub(super) fn resource(&self, id: &str) -> &'a Json {
        &self.json["Resources"][id]
    }

    /// The condition of a resource.
    pub(super) fn condition(&self, id: &str) -> Option<&'a str> {
        self.resource(id)["Condition"].as_str()
    }

    /// Where a resource is, if it is one: in which part, or in the root.
    pub(super) fn place(&self, id: &str) -> Option<Option<usize>> {
        self.places.get(id).copied()
    }

    /// The resources of the root itself.
    pub(super) fn in_root(&self) -> impl Iterator<Item = (&'a str, &'a Json)> {
        entries(&self.json["Resources"]).filter(|(id, _)| self.place(id) == Some(None))
    }

    pub(super) fn name<'l>(&'l self, link: &'l Link) -> &'l str {
        self.names.get(link).map_or(link.id.as_str(), String::as_str)
    }

    /// Whether whoever is there gets the value handed to it: from another stack, or because it is of the whole.
    pub(super) fn is_handed(&self, link: &Link, here: Option<usize>) -> bool {
        match self.place(&link.id) {
            Some(place) => place != here,
            None => here.is_some() && OF_THE_WHOLE.contains(&link.id.as_str()),
        }
    }

    pub(super) fn is_list(&self, link: &Link) -> bool {
        self.items(link).is_some()
    }

    fn items(&self, link: &Link) -> Option<Items> {
        items(self.resource(&link.id)["Type"].as_str()?, link.attribute.as_deref()?)
    }

    /// An entry as it stands in the template of a part, or in the root.
    pub(super) fn rewritten(&self, entry: &Json, here: Option<usize>) -> Json {
        rewritten(entry, &mut |id, attribute| {
            let link = Link { id: id.to_owned(), attribute: attribute.map(str::to_owned) };
            if !self.is_handed(&link, here) {
                return None;
            }
            let name = self.name(&link).to_owned();
            match (here, self.place(id).flatten()) {
                (None, Some(part)) => {
                    let stack = self.parts[part].stack.clone();
                    Some(Stand::Output { stack, name, is_list: self.is_list(&link) })
                }
                _ => Some(Stand::Parameter(name)),
            }
        })
    }

    /// What is handed to a part.
    pub(super) fn handed_to(&self, part: usize) -> impl Iterator<Item = &Link> {
        self.parts[part].uses.links.iter().filter(move |link| self.is_handed(link, Some(part)))
    }

    /// A name that nothing has yet.
    pub(super) fn free(&self, name: &str) -> String {
        let mut taken: BTreeSet<String> = self.names.values().cloned().collect();
        taken.extend(self.parts.iter().map(|part| part.stack.clone()));
        taken.extend(keys(&self.json["Conditions"]).map(str::to_owned));
        free(name, &mut taken)
    }

    /// What cannot be handed from one stack to another, and names that no file can have.
    pub(super) fn impossible(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            if part.name.is_empty() || part.name == "template" || !part.name.bytes().all(is_plain) {
                let text = "the part's name becomes the name of a file beside `template.json`: \
                            use letters, digits and `-`";
                problems.push(problem(part.name, text.to_owned()));
            }
            for id in &part.resources {
                for link in Uses::of(self.json, [self.resource(id)]).links {
                    if self.is_handed(&link, Some(at)) && self.items(&link) == Some(Items::Objects) {
                        let (to, attribute) = (&link.id, link.attribute.unwrap_or_default());
                        let text = format!(
                            "it uses `{attribute}` of `{to}`, a list of objects, which no parameter of a stack \
                             can be: put both into one part"
                        );
                        problems.push(problem(id, text));
                    }
                }
            }
        }
        for (id, resource) in entries(&self.json["Resources"]) {
            computed_attributes(resource, &mut |to| {
                if self.place(to).is_some_and(|place| Some(place) != self.place(id)) {
                    let text = format!(
                        "it uses an attribute of `{to}` whose name is only known when it is deployed: put both \
                         into one part"
                    );
                    problems.push(problem(id, text));
                }
            });
        }
        problems
    }
}

/// Calls `found` with the resource of each `Fn::GetAtt` whose attribute is no literal.
fn computed_attributes(json: &Json, found: &mut dyn FnMut(&str)) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| computed_attributes(item, found)),
        Json::Object(object) => {
            if let Some(arguments) =
                object.get("Fn::GetAtt").filter(|arguments| attribute(arguments).is_none())
                && let Some(id) = arguments[0].as_str()
            {
                found(id);
            }
            object.values().for_each(|value| computed_attributes(value, found));
        }
        _ => {}
    }
}

/// The variables of each `Fn::Sub`: inside its text they would hide what has the same name.
fn variables_of_texts(json: &Json, names: &mut BTreeSet<String>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| variables_of_texts(item, names)),
        Json::Object(object) => {
            let own = object.get("Fn::Sub").map(|arguments| keys(&arguments[1]));
            names.extend(own.into_iter().flatten().map(str::to_owned));
            object.values().for_each(|value| variables_of_texts(value, names));
        }
        _ => {}
    }
}

/// `ChatTable` and `Arn` → `ChatTableArn`; a `Ref` → `ChatTableRef`; `AWS::StackName` → `StackName`
fn value_name(link: &Link) -> String {
    let attribute = link.attribute.as_deref();
    match link.id.strip_prefix("AWS::") {
        Some(pseudo) => pseudo.to_owned(),
        None => {
            let last = attribute.unwrap_or("Ref").chars().filter(char::is_ascii_alphanumeric);
            format!("{}{}", link.id, last.collect::<String>())
        }
    }
}

/// `chat-api` → `ChatApi`
fn pascal(name: &str) -> String {
    name.split(|letter: char| !letter.is_ascii_alphanumeric())
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
        })
        .collect()
}

/// The name, or the name with the first number that makes it another than those taken; it is taken now.
fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut candidates = std::iter::once(name.to_owned()).chain(numbered);
    loop {
        if let Some(candidate) = candidates.next()
            && taken.insert(candidate.clone())
        {
            return candidate;
        }
    }
}

/// The value of a resource, or of the whole, in the template where that is.
pub(super) fn value(link: &Link) -> Json {
    match &link.attribute {
        None => json!({ "Ref": link.id }),
        Some(attribute) => json!({ "Fn::GetAtt": [link.id, attribute] }),
    }
}

/// A list as text with commas, which it has to be between stacks.
pub(super) fn as_text(list: Json) -> Json {
    json!({ "Fn::Join": [",", list] })
}
