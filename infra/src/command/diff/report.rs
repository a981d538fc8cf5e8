//! A difference in words, and as JSON.

use cfn::specification::Replacement;
use serde_json::{Value as Json, json};

use super::super::terminal::{Paint, safe_line};
use super::resources::{Action, Resource};
use super::values::{Change, short};
use super::{Difference, align};

/// The most characters of a value.
const LONGEST: usize = 160;

pub(super) fn text(difference: &Difference, paint: Paint) -> String {
    if difference.is_empty() {
        return "Nothing changes.\n".to_owned();
    }
    let mut text = String::new();
    for resource in &difference.resources {
        heading(resource, paint, &mut text);
        for (change, effect) in &resource.changes {
            line(change, &effect_of(*effect, paint), paint, &mut text);
        }
        for (property, cause) in &resource.because {
            text.push_str(&format!("    {property}: refers to {cause}, which is another one then\n"));
        }
    }
    for (section, name, changes) in &difference.sections {
        let of = if name.is_empty() { String::new() } else { format!(" {}", safe_line(name)) };
        text.push_str(&format!("{} {}{of}\n", sign(changes, paint), paint.bold(section)));
        for change in changes {
            line(change, &default_note(section, change), paint, &mut text);
        }
    }
    if !difference.permissions.is_empty() {
        text.push_str(&format!("\n{}\n", paint.bold("Permissions")));
        for permission in &difference.permissions {
            let sentence = format!("{}: {}", safe_line(&permission.id), safe_line(&permission.text));
            text.push_str(&match permission.is_added {
                true => format!("{}\n", paint.green(&format!("  + {sentence}"))),
                false => format!("{}\n", paint.yellow(&format!("  - {sentence}"))),
            });
        }
    }
    text.push_str(&format!("\n{}\n", summary(difference)));
    warnings(difference, paint, &mut text);
    text
}

fn heading(resource: &Resource, paint: Paint, text: &mut String) {
    let name = format!("{} ({})", paint.bold(&safe_line(&resource.id)), safe_line(&resource.kind));
    let line = match (resource.action, resource.replacement) {
        (Action::Add, _) => format!("{} {name}", paint.green("+")),
        (Action::Remove, _) => {
            let kept = if resource.is_retained { "leaves the stack, and is retained" } else { "is deleted" };
            format!("{} {name}: {kept}", paint.yellow("-"))
        }
        (Action::Change, Replacement::Never) => format!("~ {name}"),
        (Action::Change, Replacement::Conditional) => {
            format!("{} {name}: {}", paint.yellow("±"), paint.yellow("may be replaced"))
        }
        (Action::Change, Replacement::Always) => {
            format!("{} {name}: {}", paint.yellow("±"), paint.yellow("is replaced"))
        }
    };
    text.push_str(&line);
    if resource.endangers_data() {
        text.push_str(&format!(" {}", paint.red("DATA")));
    }
    text.push('\n');
}

fn effect_of(effect: Option<Replacement>, paint: Paint) -> String {
    match effect {
        Some(Replacement::Never) => String::new(),
        Some(Replacement::Conditional) => paint.yellow(" (may replace it)"),
        Some(Replacement::Always) => paint.yellow(" (replaces it)"),
        None => paint.dim(" (effect unknown)"),
    }
}

/// A stack that is there keeps the values of its parameters.
fn default_note(section: &str, change: &Change) -> String {
    let is_default = section == "Parameters" && change.path == "Default" && change.old.is_some();
    if is_default { " (a stack that is there keeps its value)".to_owned() } else { String::new() }
}

fn sign(changes: &[Change], paint: Paint) -> String {
    match changes {
        [Change { path, old: None, .. }] if path.is_empty() => paint.green("+"),
        [Change { path, new: None, .. }] if path.is_empty() => paint.yellow("-"),
        _ => "~".to_owned(),
    }
}

fn line(change: &Change, note: &str, paint: Paint, text: &mut String) {
    let path = change.path.strip_prefix("Properties.").unwrap_or(&change.path);
    let path = if path.is_empty() { String::new() } else { format!("{}: ", safe_line(path)) };
    match (&change.old, &change.new) {
        (Some(Json::String(old)), Some(Json::String(new))) if old.contains('\n') || new.contains('\n') => {
            text.push_str(&format!("    {path}{note}\n"));
            let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
            for pair in align::sequence(&old, &new) {
                match pair {
                    (Some(at), None) => {
                        text.push_str(&format!(
                            "{}\n",
                            paint.yellow(&format!("      - {}", safe_line(old[at])))
                        ));
                    }
                    (None, Some(at)) => {
                        text.push_str(&format!(
                            "{}\n",
                            paint.green(&format!("      + {}", safe_line(new[at])))
                        ));
                    }
                    _ => {}
                }
            }
        }
        (Some(old), Some(new)) => {
            text.push_str(&format!("    {path}{} → {}{note}\n", shown(old), shown(new)));
        }
        (Some(old), None) => text.push_str(&format!("    - {path}{}{note}\n", shown(old))),
        (None, Some(new)) => text.push_str(&format!("    + {path}{}{note}\n", shown(new))),
        (None, None) => {}
    }
}

fn shown(value: &Json) -> String {
    let text = safe_line(&short(value));
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if text.is_empty() => "\"\"".to_owned(),
        None => text,
    }
}

fn summary(difference: &Difference) -> String {
    let count =
        |test: &dyn Fn(&Resource) -> bool| difference.resources.iter().filter(|one| test(one)).count();
    let is = |action: Action, replacement: Replacement| {
        count(&|one| one.action == action && one.replacement == replacement)
    };
    let parts = [
        (count(&|one| one.action == Action::Add), "added"),
        (is(Action::Change, Replacement::Never), "updated as they stand"),
        (is(Action::Change, Replacement::Always), "replaced"),
        (is(Action::Change, Replacement::Conditional), "perhaps replaced"),
        (count(&|one| one.action == Action::Remove), "removed"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if parts.is_empty() {
        "No resource changes.".to_owned()
    } else {
        format!("Resources: {}.", parts.join(", "))
    }
}

fn warnings(difference: &Difference, paint: Paint, text: &mut String) {
    for resource in &difference.resources {
        for (path, why) in &resource.refused {
            let line = format!("REFUSED by AWS: {}, {}: {why}", safe_line(&resource.id), safe_line(path));
            text.push_str(&format!("{}\n", paint.red(&line)));
        }
    }
    for resource in difference.endangered(&[]) {
        text.push_str(&format!("{}\n", paint.red(&warning(resource))));
    }
}

/// What becomes of the data of a resource.
fn warning(resource: &Resource) -> String {
    let Resource { id, kind, .. } = resource;
    let what = match (resource.action, resource.replacement) {
        (Action::Remove, _) => "is removed",
        (_, Replacement::Always) => "is replaced by an empty one",
        _ => "may be replaced by an empty one",
    };
    let data = match resource.is_retained {
        true => "its data is retained outside of the stack, which goes on without it",
        false => "its data is deleted",
    };
    format!("DATA: {} ({}) {what}: {data}", safe_line(id), safe_line(kind))
}

/// For programs.
pub(super) fn json(difference: &Difference) -> Json {
    let change = |change: &Change, effect: Option<Replacement>| json!({ "path": change.path, "old": change.old, "new": change.new, "replacement": effect.map(name) });
    let resources = difference.resources.iter().map(|resource| {
        json!({
            "id": resource.id,
            "type": resource.kind,
            "action": match resource.action {
                Action::Add => "add",
                Action::Remove => "remove",
                Action::Change => "change",
            },
            "replacement": name(resource.replacement),
            "endangersData": resource.endangers_data(),
            "isRetained": resource.is_retained,
            "refused": resource.refused.iter().map(|(path, why)| json!({ "path": path, "why": why })).collect::<Vec<_>>(),
            "changes": resource.changes.iter().map(|(one, effect)| change(one, *effect)).collect::<Vec<_>>(),
            "because": resource.because.iter().map(|(property, id)| {
                json!({ "property": property, "replaced": id })
            }).collect::<Vec<_>>(),
        })
    });
    let sections = difference.sections.iter().map(|(section, name, changes)| {
        let changes: Vec<Json> = changes.iter().map(|one| change(one, None)).collect();
        json!({ "section": section, "name": name, "changes": changes })
    });
    let permissions = difference
        .permissions
        .iter()
        .map(|one| json!({ "id": one.id, "isAdded": one.is_added, "permission": one.text }));
    json!({
        "resources": resources.collect::<Vec<_>>(),
        "sections": sections.collect::<Vec<_>>(),
        "permissions": permissions.collect::<Vec<_>>(),
    })
}

fn name(replacement: Replacement) -> &'static str {
    match replacement {
        Replacement::Never => "never",
        Replacement::Conditional => "conditional",
        Replacement::Always => "always",
    }
}
