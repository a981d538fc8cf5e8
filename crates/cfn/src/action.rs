//! IAM actions, checked by the compiler against those that exist.

use crate::generated::actions;

/// An IAM action, such as `dynamodb:GetItem`; made with [`actions!`](crate::actions!).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action(&'static str);

impl Action {
    /// The action of this name.
    ///
    /// # Panics
    /// If there is none, or its service is not known to this crate. [`actions!`](crate::actions!) calls this
    /// at compile time, where a panic is a compile error.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        let service = match service_of(name) {
            Some(service) => service,
            None => panic!("an IAM action is written as service:Action"),
        };
        let mut at = 0;
        while at < actions::BY_SERVICE.len() {
            let (known, names) = actions::BY_SERVICE[at];
            if same(name.as_bytes(), 0, service, known.as_bytes()) {
                assert!(contains(names, name, service + 1), "this IAM action does not exist");
                return Self(name);
            }
            at += 1;
        }
        panic!("this crate does not know the actions of that service: add it to the generator")
    }

    /// Several actions at once, such as `s3:*`. Only a `Deny` should need this.
    #[must_use]
    pub const fn pattern(pattern: &'static str) -> Self {
        Self(pattern)
    }

    /// The name, such as `dynamodb:GetItem`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.0
    }
}

/// IAM actions by their names, checked by the compiler.
///
/// ```
/// let read = cfn::actions!["dynamodb:GetItem", "dynamodb:Query"];
/// assert_eq!(read[0].name(), "dynamodb:GetItem");
/// ```
///
/// ```compile_fail
/// cfn::actions!["dynamodb:ReadItem"]; // this IAM action does not exist
/// ```
#[macro_export]
macro_rules! actions {
    ($($name:literal),+ $(,)?) => {
        // An item, not a `const` block: `cargo check` evaluates only items.
        [$({ const ACTION: $crate::Action = $crate::Action::named($name); ACTION }),+]
    };
}

/// The index of the colon.
const fn service_of(name: &str) -> Option<usize> {
    let (bytes, mut at) = (name.as_bytes(), 0);
    while at < bytes.len() {
        if bytes[at] == b':' {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// IAM compares the names of actions without regard to case, and so does the list.
const fn contains(names: &[&str], name: &str, from: usize) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(name.as_bytes(), from, name.len(), names[at].as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(bytes: &[u8], from: usize, to: usize, lowercase: &[u8]) -> bool {
    if to - from != lowercase.len() {
        return false;
    }
    let mut at = 0;
    while at < lowercase.len() {
        if bytes[from + at].to_ascii_lowercase() != lowercase[at] {
            return false;
        }
        at += 1;
    }
    true
}
