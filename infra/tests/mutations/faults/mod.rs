//! The faults, each with a name, and with what has to catch it.

mod api;
mod auth;
mod data;
mod files;
mod functions;
mod identity;
mod stack;

use crate::patch::Patch;

/// Something that AWS would refuse, or that would do harm.
pub(crate) struct Fault {
    /// What is wrong, in a few words.
    pub(crate) name: &'static str,
    /// The function in `crates/cfn/tests/refused/planted.rs` that says the same and does not compile.
    pub(crate) compiler: Option<&'static str>,
    /// What `check` has to say of it: about which resource, and a part of the text.
    pub(crate) check: Option<(&'static str, &'static str)>,
    /// Why nothing catches it.
    pub(crate) escapes: Option<&'static str>,
    pub(crate) plant: fn(&mut Patch),
}

impl Fault {
    const fn compiler(mut self, function: &'static str) -> Self {
        self.compiler = Some(function);
        self
    }

    const fn check(mut self, about: &'static str, says: &'static str) -> Self {
        self.check = Some((about, says));
        self
    }

    const fn escapes(mut self, reason: &'static str) -> Self {
        self.escapes = Some(reason);
        self
    }
}

const fn fault(name: &'static str, plant: fn(&mut Patch)) -> Fault {
    Fault { name, compiler: None, check: None, escapes: None, plant }
}

/// Families of faults: the part of the template, and its faults.
pub(crate) fn all() -> Vec<(&'static str, Vec<Fault>)> {
    vec![
        ("Tables", data::faults()),
        ("Files", files::faults()),
        ("Functions", functions::faults()),
        ("Sign-in", auth::faults()),
        ("Identities", identity::faults()),
        ("GraphQL", api::faults()),
        ("The whole", stack::faults()),
    ]
}
