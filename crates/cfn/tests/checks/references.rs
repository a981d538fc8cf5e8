//! References, cycles and logical ids; and the source line of a problem.

use cfn::{Output, Raw, Template, Value, prelude::*};
use serde_json::json;

/// The problems, as text, without the source lines.
fn problems(build: impl FnOnce(&mut Template)) -> Vec<String> {
    let mut template = Template::new("");
    build(&mut template);
    let problems = template.check().err().unwrap_or_default();
    problems.iter().map(|problem| format!("{}: {}", problem.about, problem.text)).collect()
}

fn raw(properties: serde_json::Value) -> Raw {
    Raw::new("Custom::Thing").property("P", Value::<serde_json::Value>::unchecked(properties))
}

#[test]
fn a_sound_template_has_no_problems() {
    let found = problems(|t| {
        let first = t.add("First", raw(json!(1)));
        t.add(
            "Second",
            raw(json!({ "Fn::Sub": ["${First.Arn} ${Own} ${!Kept} ${AWS::Region}", { "Own": 1 }] }))
                .depends_on(&first),
        );
        t.output("First", first.ref_());
    });
    assert_eq!(found, [""; 0]);
}

#[test]
fn whatever_refers_to_nothing_is_named() {
    for reference in [
        json!({ "Ref": "Gone" }),
        json!({ "Fn::GetAtt": ["Gone", "Arn"] }),
        json!({ "Fn::GetAtt": "Gone.Arn" }),
        json!([{ "Fn::Sub": "a ${Gone.Arn} b" }]),
        json!({ "Deep": { "Fn::Sub": ["${Gone}", {}] } }),
        json!({ "Fn::Sub": ["${A}", { "A": { "Ref": "Gone" } }] }),
    ] {
        let found = problems(|t| drop(t.add("Thing", raw(reference.clone()))));
        assert_eq!(
            found,
            ["Thing: it refers to `Gone`, which is not in the template: add it"],
            "{reference}"
        );
    }
    let found =
        problems(|t| t.output("Out", Output::new(Value::<String>::unchecked(json!({ "Ref": "Gone" })))));
    assert_eq!(found, ["Out: it refers to `Gone`, which is not in the template: add it"]);
    let found = problems(|t| drop(t.add("Thing", raw(json!({ "Fn::If": ["Gone", 1, 2] })))));
    assert_eq!(found, ["Thing: the condition `Gone` is not in the template: add it"]);
}

#[test]
fn a_cycle_is_shown_all_the_way_round() {
    let found = problems(|t| {
        t.add("Pool", raw(json!({ "Ref": "Function" })));
        t.add("Function", raw(json!({ "Fn::GetAtt": ["Role", "Arn"] })));
        t.add("Role", raw(json!({ "Fn::Sub": "${Pool.Arn}" })));
        t.add("Bystander", raw(json!({ "Ref": "Pool" })));
    });
    let [cycle] = found.as_slice() else { panic!("{found:?}") };
    assert!(cycle.contains("Pool → Function → Role → Pool"), "{cycle}");
}

#[test]
fn ids_are_letters_and_digits_and_taken_once() {
    let found = problems(|t| {
        t.add("not-an-id", raw(json!(1)));
        t.add("Twice", raw(json!(1)));
        t.add("Twice", raw(json!(2)));
    });
    let [twice, bad] = found.as_slice() else { panic!("{found:?}") };
    assert!(bad.starts_with("not-an-id: a logical id has 1 to 255 letters and digits"), "{bad}");
    assert!(twice.starts_with("Twice: the logical id was taken already at"), "{twice}");
}

#[test]
fn a_problem_names_the_line_that_made_it() {
    let mut template = Template::new("");
    let line = line!() + 1;
    template.add("Thing", raw(json!({ "Ref": "Gone" })));
    let problem = template.check().unwrap_err().remove(0).to_string();
    assert!(problem.ends_with(&format!("references.rs:{line})")), "{problem}");
}
