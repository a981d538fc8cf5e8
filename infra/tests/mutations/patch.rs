//! A template in which something is changed: the small language in which faults are written.

use serde_json::{Value as Json, json};

/// The template of `infra`, on its way to becoming a wrong one.
///
/// A path is an id and properties (`ChatTable/BillingMode`), or, with a slash before it, a pointer from the top
/// (`/Outputs/Stage/Value`).
pub(crate) struct Patch(pub(crate) Json);

impl Patch {
    /// Sets what is there already, or adds a new member to what is.
    #[track_caller]
    pub(crate) fn set(&mut self, path: &str, value: impl Into<Json>) {
        let pointer = pointer(path);
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
        match self.at(parent) {
            Json::Array(items) => items[name.parse::<usize>().expect("an index")] = value.into(),
            Json::Object(object) => drop(object.insert(name.to_owned(), value.into())),
            other => panic!("{path}: {other} has no members"),
        }
    }

    /// Removes what is there.
    #[track_caller]
    pub(crate) fn remove(&mut self, path: &str) {
        let pointer = pointer(path);
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
        let removed = match self.at(parent) {
            Json::Array(items) => Some(items.remove(name.parse::<usize>().expect("an index"))),
            Json::Object(object) => object.shift_remove(name),
            _ => None,
        };
        assert!(removed.is_some(), "{path} is not in the template: the fault has to move with it");
    }

    /// Renames a property.
    #[track_caller]
    pub(crate) fn rename(&mut self, path: &str, name: &str) {
        let value = self.at(&pointer(path)).clone();
        self.remove(path);
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        self.set(&format!("{parent}/{name}"), value);
    }

    /// Adds an item to a list.
    #[track_caller]
    pub(crate) fn push(&mut self, path: &str, value: impl Into<Json>) {
        let list = self.at(&pointer(path)).as_array_mut();
        list.unwrap_or_else(|| panic!("{path} is no list")).push(value.into());
    }

    /// Replaces a part of a text.
    #[track_caller]
    pub(crate) fn replace(&mut self, path: &str, from: &str, to: &str) {
        let text = self.at(&pointer(path));
        let old = text.as_str().unwrap_or_else(|| panic!("{path} is no text")).to_owned();
        assert!(old.contains(from), "{path} has no `{from}`");
        *text = json!(old.replacen(from, to, 1));
    }

    /// Adds a resource.
    #[track_caller]
    pub(crate) fn add(&mut self, id: &str, kind: &str, properties: Json) {
        self.set(&format!("/Resources/{id}"), json!({ "Type": kind, "Properties": properties }));
    }

    /// Adds another resource like one that there is.
    #[track_caller]
    pub(crate) fn copy(&mut self, of: &str, id: &str) {
        let copy = self.at(&format!("/Resources/{of}")).clone();
        self.set(&format!("/Resources/{id}"), copy);
    }

    /// Takes an action from a role, wherever it has it.
    #[track_caller]
    pub(crate) fn revoke(&mut self, role: &str, action: &str) {
        let mut is_taken = false;
        self.statements(role).retain_mut(|statement| match &mut statement["Action"] {
            Json::Array(actions) => {
                let before = actions.len();
                actions.retain(|named| named != action);
                is_taken |= actions.len() < before;
                !actions.is_empty()
            }
            named => {
                is_taken |= named == action;
                named != action
            }
        });
        assert!(is_taken, "{role} does not allow {action}");
    }

    /// The first statement of a role that is about an action.
    #[track_caller]
    pub(crate) fn statement(&mut self, role: &str, action: &str) -> &mut Json {
        let is_about = |statement: &&mut Json| match &statement["Action"] {
            Json::Array(actions) => actions.iter().any(|named| named == action),
            named => named == action,
        };
        let found = self.statements(role).iter_mut().find(is_about);
        found.unwrap_or_else(|| panic!("{role} does not allow {action}"))
    }

    #[track_caller]
    fn statements(&mut self, role: &str) -> &mut Vec<Json> {
        let path = format!("/Resources/{role}/Properties/Policies/0/PolicyDocument/Statement");
        self.at(&path).as_array_mut().expect("statements are a list")
    }

    #[track_caller]
    fn at(&mut self, pointer: &str) -> &mut Json {
        let found = self.0.pointer_mut(pointer);
        found.unwrap_or_else(|| panic!("{pointer} is not in the template: the fault has to move with it"))
    }
}

fn pointer(path: &str) -> String {
    match path.split_once('/') {
        Some(("", _)) => path.to_owned(),
        Some((id, rest)) => format!("/Resources/{id}/Properties/{rest}"),
        None => format!("/Resources/{path}/Properties"),
    }
}
