//! The table that the generator writes, read as far as it is asked for: each line once, when it is first wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, OnceLock};

use serde_json::Value as Json;

use super::Replacement;
use super::pattern::Pattern;

static TEXT: &str = include_str!("../generated/specification.txt");

static LINES: LazyLock<BTreeMap<&str, (&str, OnceLock<Definition>)>> = LazyLock::new(|| {
    let lines = TEXT.lines().filter_map(|line| line.split_once(' '));
    lines.map(|(name, json)| (name, (json, OnceLock::new()))).collect()
});

/// A resource type or a property type.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    pub(crate) is_stateful: bool,
    /// The name of what `Ref` gives, where it is one thing.
    pub(crate) reference: Option<String>,
    /// What `Fn::GetAtt` takes, of a resource.
    pub(crate) attributes: BTreeSet<String>,
    pub(crate) properties: BTreeMap<String, Facts>,
}

/// What a property takes.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) kind: Kind,
    pub(crate) is_required: bool,
    pub(crate) replacement: Replacement,
    /// The literals that are allowed, as text; any if there are none.
    pub(crate) values: Vec<String>,
    pub(crate) pattern: Option<Pattern>,
    /// How many characters a text has, or the texts in the list or map.
    pub(crate) length: Range<u64>,
    /// What a number is, or the numbers in the list or map.
    pub(crate) range: Range<f64>,
    /// How many items the list has.
    pub(crate) count: Range<u64>,
    /// What is wanted of other resources: type and attribute.
    pub(crate) links: Vec<(String, String)>,
}

/// Bounds, both inclusive, as far as there are any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range<T> {
    pub(crate) from: Option<T>,
    pub(crate) to: Option<T>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    Boolean,
    Integer,
    Number,
    /// Anything.
    Json,
    /// By its name among those of the resource type.
    PropertyType(String),
    List(Box<Kind>),
    Map(Box<Kind>),
}

impl Definition {
    /// Of a resource type, or of a property type with its resource type's name before it.
    pub(crate) fn of(name: &str) -> Option<&'static Self> {
        let (json, definition) = LINES.get(name)?;
        Some(
            definition
                .get_or_init(|| serde_json::from_str(json).map(|json| Self::read(&json)).unwrap_or_default()),
        )
    }

    /// Of a property type of a resource type.
    pub(crate) fn of_part(resource_type: &str, name: &str) -> Option<&'static Self> {
        Self::of(&format!("{resource_type}.{name}")).or_else(|| Self::of(name))
    }

    /// All resource types.
    pub(crate) fn resource_types() -> impl Iterator<Item = &'static str> {
        LINES.keys().copied().filter(|name| !name.contains('.'))
    }

    fn read(json: &Json) -> Self {
        let properties = json["properties"].as_object().into_iter().flatten();
        Self {
            is_stateful: json["stateful"] == true,
            reference: json["ref"].as_str().map(str::to_owned),
            attributes: texts(&json["attributes"]).collect(),
            properties: properties.map(|(name, facts)| (name.clone(), Facts::read(facts))).collect(),
        }
    }
}

impl Facts {
    fn read(json: &Json) -> Self {
        let whole = |from: &str, to: &str| Range { from: json[from].as_u64(), to: json[to].as_u64() };
        let link = |link: String| link.split_once('.').map(|(kind, name)| (kind.to_owned(), name.to_owned()));
        Self {
            kind: Kind::read(json["type"].as_str().unwrap_or("string")),
            is_required: json["required"] == true,
            replacement: match json["replaces"].as_str() {
                Some("yes") => Replacement::Always,
                Some(_) => Replacement::Conditional,
                None => Replacement::Never,
            },
            values: texts(&json["values"]).collect(),
            pattern: json["pattern"].as_str().map(Pattern::new),
            length: whole("shortest", "longest"),
            range: Range { from: json["least"].as_f64(), to: json["most"].as_f64() },
            count: whole("fewest", "many"),
            links: texts(&json["links"]).filter_map(link).collect(),
        }
    }
}

impl<T: PartialOrd> Range<T> {
    pub(crate) fn contains(&self, value: T) -> bool {
        self.from.as_ref().is_none_or(|from| value >= *from) && self.to.as_ref().is_none_or(|to| value <= *to)
    }
}

impl Kind {
    /// Inside a sentence.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Boolean => "`true` or `false`",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Json => "JSON",
            Self::PropertyType(_) | Self::Map(_) => "an object",
            Self::List(_) => "a list",
        }
    }

    fn read(text: &str) -> Self {
        let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
        match text {
            "string" => Self::Text,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "json" => Self::Json,
            _ => match (inside('[', ']'), inside('{', '}')) {
                (Some(element), _) => Self::List(Box::new(Self::read(element))),
                (_, Some(element)) => Self::Map(Box::new(Self::read(element))),
                (None, None) => Self::PropertyType(text.to_owned()),
            },
        }
    }
}

fn texts(list: &Json) -> impl Iterator<Item = String> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_read_but_for_a_known_few() {
        let all = LINES.keys().flat_map(|name| Definition::of(name).unwrap().properties.values());
        let patterns: BTreeSet<&str> =
            all.filter_map(|facts| facts.pattern.as_ref()).map(|pattern| pattern.text.as_str()).collect();
        let unreadable: Vec<&&str> =
            patterns.iter().filter(|pattern| super::super::pattern::read(pattern).is_none()).collect();
        assert!(patterns.len() > 200, "{}", patterns.len());
        assert_eq!(unreadable, [&r"^\p{Print}+$"]);
    }

    #[test]
    fn every_line_is_read_and_leads_to_lines_that_are_there() {
        fn element(kind: &Kind) -> &Kind {
            match kind {
                Kind::List(inner) | Kind::Map(inner) => element(inner),
                kind => kind,
            }
        }
        assert!(LINES.len() > 1000, "{}", LINES.len());
        for (name, (json, _)) in LINES.iter() {
            serde_json::from_str::<Json>(json).unwrap();
            let resource_type = name.split('.').next().unwrap();
            for (property, facts) in &Definition::of(name).unwrap().properties {
                if let Kind::PropertyType(part) = element(&facts.kind) {
                    assert!(Definition::of_part(resource_type, part).is_some(), "{name}.{property}: {part}");
                }
            }
        }
    }
}
