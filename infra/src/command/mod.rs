//! The verbs of the command line, one file each.

pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod help;
pub(crate) mod synth;
