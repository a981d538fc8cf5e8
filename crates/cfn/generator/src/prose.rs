//! What is said of a property in its docstring: AWS's first sentence, shortened, and the facts.

use serde_json::Value as Json;

/// What is longer is cut at a word.
const LONGEST: usize = 160;

/// What AWS says often, and how it is said shorter.
const SHORTER: [(&str, &str); 8] = [
    ("The Amazon Resource Name (ARN) of ", "The ARN of "),
    ("Amazon Resource Name (ARN)", "ARN"),
    ("An array of key-value pairs to apply to this resource", "Key-value pairs to apply to it"),
    ("A list of ", "The "),
    ("An array of ", "The "),
    ("Specifies whether ", "Whether "),
    ("Indicates whether ", "Whether "),
    ("This property ", "It "),
];

/// The first sentence as a line of rustdoc; nothing where it would say nothing.
pub(crate) fn sentence(documentation: &str) -> Option<String> {
    let paragraph = documentation.lines().map(str::trim).find(|line| !line.is_empty())?;
    if paragraph.starts_with(['>', '#', '|', '-', '*', '+']) {
        return None;
    }
    let words: Vec<&str> = paragraph.split_whitespace().collect();
    let mut text = without_links(&words.join(" ")).replace(" .", ".").replace(" ,", ",");
    for (long, short) in SHORTER {
        text = text.replace(long, short);
    }
    let end = text.match_indices(". ").map(|(at, _)| at).find(|at| ends_sentence(&text[..*at]));
    let first = text[..end.unwrap_or(text.len())].trim().trim_end_matches(['.', ':']);
    if first.is_empty() {
        return None;
    }
    let mut line = escaped(&shortened(first));
    line.push(if line.ends_with('…') { ' ' } else { '.' });
    Some(line.trim().to_owned())
}

/// A point after "e.g" ends none.
fn ends_sentence(before: &str) -> bool {
    !["e.g", "i.e", "etc", "vs", "Inc"].iter().any(|short| before.ends_with(short))
}

/// Values, range, length, form and count, each as a sentence.
pub(crate) fn facts(facts: &Json) -> Vec<String> {
    let mut said = Vec::new();
    let values: Vec<String> = facts["values"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .map(|value| format!("`{value}`"))
        .collect();
    if (1..=8).contains(&values.len()) {
        said.push(format!("{}{}.", if values.len() > 1 { "One of " } else { "Only " }, values.join(", ")));
    }
    said.extend(bounds(&facts["least"], &facts["most"], ""));
    said.extend(bounds(&facts["shortest"], &facts["longest"], " characters"));
    said.extend(bounds(&facts["fewest"], &facts["many"], " items"));
    if let Some(pattern) = facts["pattern"].as_str()
        && pattern.len() <= 100
        && !pattern.contains('`')
    {
        said.push(format!("Matches `{pattern}`."));
    }
    said
}

fn bounds(from: &Json, to: &Json, unit: &str) -> Option<String> {
    Some(match (from.is_null(), to.is_null()) {
        (false, false) if from == to => format!("Exactly {from}{unit}."),
        (false, false) => format!("From {from} to {to}{unit}."),
        (false, true) => format!("At least {from}{unit}."),
        (true, false) => format!("At most {to}{unit}."),
        (true, true) => return None,
    })
}

fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else {
        return text.to_owned();
    };
    let cut = text[..end].rfind(' ').unwrap_or(end);
    let kept = &text[..cut];
    // Code is not cut in two.
    let kept =
        if kept.matches('`').count() % 2 == 1 { &kept[..kept.rfind('`').unwrap_or(cut)] } else { kept };
    format!("{}…", kept.trim_end_matches([' ', ',', ';', '(']))
}

/// `[text](address)` → `text`
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        match after.split_once("](").and_then(|(name, after)| Some((name, after.split_once(')')?.1))) {
            Some((name, after)) if !name.contains('[') => {
                plain.push_str(name);
                rest = after;
            }
            _ => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain + rest
}

/// Outside of code, what rustdoc would take for a link or for HTML.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| {
        if at % 2 == 1 {
            return part.to_owned();
        }
        part.replace('[', "\\[").replace(']', "\\]").replace('<', "&lt;").replace('*', "\\*")
    });
    let text = parts.collect::<Vec<_>>().join("`");
    if text.matches('`').count() % 2 == 1 { text.replace('`', "") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_stays_without_links() {
        for (documentation, expected) in [
            ("A description of the alias.", Some("A description of the alias.")),
            ("The [routing](https://a.example/b) of the alias . More.", Some("The routing of the alias.")),
            (
                "The Amazon Resource Name (ARN) of the key, e.g. of a role. More.",
                Some("The ARN of the key, e.g. of a role."),
            ),
            ("Takes a list[0] <b>.", Some("Takes a list\\[0\\] &lt;b>.")),
            ("> A note.", None),
            ("", None),
        ] {
            assert_eq!(sentence(documentation).as_deref(), expected, "{documentation}");
        }
        let long = "word ".repeat(60);
        assert_eq!(sentence(&long).unwrap(), format!("{}…", "word ".repeat(32).trim()));
    }

    #[test]
    fn facts_are_sentences() {
        let json = serde_json::json!({ "least": 0, "most": 900, "values": ["A", "B"], "pattern": "^a$" });
        assert_eq!(facts(&json), ["One of `A`, `B`.", "From 0 to 900.", "Matches `^a$`."]);
    }
}
