//! The same JSON, with other references in place of those whose target is in another template.

use serde_json::{Map, Value as Json, json};

/// What stands for a reference.
pub(super) enum Stand {
    /// A parameter of this template.
    Parameter(String),
    /// An output of a nested stack; a list comes out of it as text, with commas.
    Output { stack: String, name: String, is_list: bool },
}

impl Stand {
    fn json(self) -> Json {
        match self {
            Self::Parameter(name) => json!({ "Ref": name }),
            Self::Output { stack, name, is_list } => {
                let output = json!({ "Fn::GetAtt": [stack, format!("Outputs.{name}")] });
                if is_list { json!({ "Fn::Split": [",", output] }) } else { output }
            }
        }
    }

    fn inside_text(self) -> String {
        match self {
            Self::Parameter(name) => format!("${{{name}}}"),
            Self::Output { stack, name, .. } => format!("${{{stack}.Outputs.{name}}}"),
        }
    }
}

/// Who knows what stands for the id and attribute of a reference; nothing, if it stays as it is.
pub(super) type Stands<'a> = dyn FnMut(&str, Option<&str>) -> Option<Stand> + 'a;

pub(super) fn rewritten(json: &Json, stands: &mut Stands<'_>) -> Json {
    match json {
        Json::Array(items) => items.iter().map(|item| rewritten(item, stands)).collect(),
        Json::Object(object) => {
            let only = object.iter().next().filter(|_| object.len() == 1);
            only.and_then(|(function, value)| reference(function, value, stands))
                .unwrap_or_else(|| Json::Object(members(object, stands)))
        }
        scalar => scalar.clone(),
    }
}

fn members(object: &Map<String, Json>, stands: &mut Stands<'_>) -> Map<String, Json> {
    object.iter().map(|(key, value)| (key.clone(), rewritten(value, stands))).collect()
}

fn reference(function: &str, value: &Json, stands: &mut Stands<'_>) -> Option<Json> {
    match (function, value) {
        ("Ref", Json::String(id)) => stands(id, None).map(Stand::json),
        ("Fn::GetAtt", _) => {
            let (id, attribute) = attribute(value)?;
            stands(id, Some(attribute)).map(Stand::json)
        }
        ("Fn::Sub", Json::String(template)) => {
            Some(json!({ "Fn::Sub": text(template, &Map::new(), stands) }))
        }
        ("Fn::Sub", Json::Array(arguments)) => match arguments.as_slice() {
            [Json::String(template), Json::Object(own)] => {
                let template = text(template, own, stands);
                Some(json!({ "Fn::Sub": [template, members(own, stands)] }))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The id and the attribute of a `Fn::GetAtt`, in either of its forms.
pub(super) fn attribute(arguments: &Json) -> Option<(&str, &str)> {
    match arguments {
        Json::String(path) => path.split_once('.'),
        Json::Array(path) => match path.as_slice() {
            [Json::String(id), Json::String(attribute)] => Some((id, attribute)),
            _ => None,
        },
        _ => None,
    }
}

/// The text of a `Fn::Sub`; `own` are its variables.
fn text(template: &str, own: &Map<String, Json>, stands: &mut Stands<'_>) -> String {
    let mut pieces = template.split("${");
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let stand = piece.split_once('}').and_then(|(name, rest)| {
            let name = name.trim();
            if name.starts_with('!') || own.contains_key(name) {
                return None;
            }
            let stand = match name.split_once('.') {
                Some((id, attribute)) => stands(id, Some(attribute)),
                None => stands(name, None),
            };
            Some((stand?, rest))
        });
        match stand {
            Some((stand, rest)) => written.extend([stand.inside_text().as_str(), rest]),
            None => written.extend(["${", piece]),
        }
    }
    written
}
