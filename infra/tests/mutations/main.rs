//! Faults planted in our template, and who catches each: the compiler, `check`, a test of ours, or nobody.
//!
//! `target/mutations/` gets a template for each fault, and `report.md`; `.ci/run mutations` puts cfn-lint beside it.

#![allow(clippy::unwrap_used)]

mod code;
mod faults;
mod patch;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use faults::Fault;
use patch::Patch;
use serde_json::{Value as Json, json};

/// What the compiler says of the functions in `planted.rs`; `cargo test -p cfn` holds that it still does.
const PLANTED: &str = include_str!("../../../crates/cfn/tests/refused/planted.rs");
const REFUSED: &str = include_str!("../../../crates/cfn/tests/refused/planted.stderr");

/// A fault and what was said of it.
struct Outcome {
    part: &'static str,
    fault: Fault,
    by_compiler: bool,
    by_check: Option<String>,
    by_test: Option<String>,
}

impl Outcome {
    fn is_caught(&self) -> bool {
        self.by_compiler || self.by_check.is_some() || self.by_test.is_some()
    }

    /// What does not hold of what the table of faults says.
    fn broken_promise(&self) -> Option<String> {
        let name = self.fault.name;
        if let Some(function) = self.fault.compiler
            && !self.by_compiler
        {
            return Some(format!("{name}: the compiler takes `{function}` of planted.rs"));
        }
        if let Some((about, says)) = self.fault.check
            && !self.by_check.as_ref().is_some_and(|said| said.contains(about) && said.contains(says))
        {
            return Some(format!(
                "{name}: `check` does not say `{says}` of `{about}`, but {:?}",
                self.by_check
            ));
        }
        match self.fault.escapes {
            None if !self.is_caught() => Some(format!("{name}: nobody catches it")),
            Some(_) if self.is_caught() => Some(format!("{name}: is caught now; its reason has to go")),
            _ => None,
        }
    }
}

#[test]
fn no_planted_fault_escapes_that_is_said_to_be_caught() {
    let clean = infra::template().to_json();
    let known: BTreeSet<String> = said_by_check(&clean).into_iter().collect();
    let folder = target().join("mutations");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();

    let mut outcomes = Vec::new();
    for (part, faults) in faults::all() {
        for fault in faults {
            let mut patch = Patch(clean.clone());
            (fault.plant)(&mut patch);
            assert_ne!(patch.0, clean, "{} changes nothing", fault.name);
            fs::write(folder.join(format!("{}.json", file_name(fault.name))), patch.0.to_string()).unwrap();
            let new = said_by_check(&patch.0).into_iter().filter(|said| !known.contains(said));
            let said: Vec<String> = new.collect();
            let by_check = match fault.check {
                Some((about, says)) => {
                    let wanted = said.iter().find(|said| said.starts_with(about) && said.contains(says));
                    wanted.or(said.first()).cloned()
                }
                None => said.first().cloned(),
            };
            let by_test = code::missing(&patch.0).into_iter().next();
            let by_compiler = fault.compiler.is_some_and(is_refused);
            outcomes.push(Outcome { part, by_compiler, by_check, by_test, fault });
        }
    }
    let names: BTreeSet<&str> = outcomes.iter().map(|outcome| outcome.fault.name).collect();
    assert_eq!(names.len(), outcomes.len(), "two faults have one name");
    fs::write(folder.join("report.md"), report(&outcomes)).unwrap();
    fs::write(folder.join("outcomes.json"), summary(&outcomes).to_string()).unwrap();
    println!("{}", totals(&outcomes));
    let broken: Vec<String> = outcomes.iter().filter_map(Outcome::broken_promise).collect();
    assert!(broken.is_empty(), "{} of {} faults:\n{}", broken.len(), outcomes.len(), broken.join("\n"));
}

fn said_by_check(template: &Json) -> Vec<String> {
    let problems = cfn::check::json(template).into_iter().filter(cfn::check::Problem::is_error);
    problems.map(|problem| problem.to_string()).collect()
}

/// Whether the compiler has an error within a function of `planted.rs`.
fn is_refused(function: &str) -> bool {
    let lines: Vec<&str> = PLANTED.lines().collect();
    let begins = lines.iter().position(|line| line.starts_with(&format!("fn {function}(")));
    let Some(begins) = begins else {
        panic!("planted.rs has no function `{function}`");
    };
    let ends = begins + lines[begins..].iter().position(|line| *line == "}").expect("a function ends");
    let places = REFUSED.lines().filter_map(|line| line.trim().strip_prefix("--> tests/refused/planted.rs:"));
    let mut errors = places.filter_map(|place| place.split(':').next()?.parse::<usize>().ok());
    errors.any(|line| (begins + 1..=ends + 1).contains(&line))
}

fn report(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "# Faults planted in the template\n\n{}\n\n| part | fault | compiler | `check` | what is said |\n|---|---|:-:|:-:|---|\n",
        totals(outcomes)
    );
    for outcome in outcomes {
        let mark = |is: bool| if is { "✓" } else { "" };
        let said = outcome.by_check.as_ref().or(outcome.by_test.as_ref()).map_or_else(
            || match outcome.fault.escapes {
                Some(reason) => format!("**nothing**: {reason}"),
                None => "it does not compile".to_owned(),
            },
            |said| said.replace('|', "\\|"),
        );
        let check = match (&outcome.by_check, &outcome.by_test) {
            (Some(_), _) => "✓",
            (None, Some(_)) => "test",
            (None, None) => "",
        };
        let (part, name) = (outcome.part, outcome.fault.name);
        writeln!(text, "| {part} | {name} | {} | {check} | {said} |", mark(outcome.by_compiler)).unwrap();
    }
    text
}

fn totals(outcomes: &[Outcome]) -> String {
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    format!(
        "{} faults: {} do not compile, {} are found by `check`, {} by either, {} by a test of the functions' code \
         alone, {} by nothing.",
        outcomes.len(),
        count(|outcome| outcome.by_compiler),
        count(|outcome| outcome.by_check.is_some()),
        count(|outcome| outcome.by_compiler || outcome.by_check.is_some()),
        count(|outcome| outcome.by_test.is_some() && !outcome.by_compiler && outcome.by_check.is_none()),
        count(|outcome| !outcome.is_caught()),
    )
}

/// For the comparison with other programs: each template's file, and whether it was caught.
fn summary(outcomes: &[Outcome]) -> Json {
    outcomes
        .iter()
        .map(|outcome| {
            json!({
                "file": format!("{}.json", file_name(outcome.fault.name)), "name": outcome.fault.name,
                "compiler": outcome.by_compiler, "check": outcome.by_check.is_some(),
                "test": outcome.by_test.is_some(),
            })
        })
        .collect()
}

fn file_name(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    letters.collect()
}

/// The target folder: this test's program lies in it, two or three folders deep.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it is inside of the target folder").to_owned()
}
