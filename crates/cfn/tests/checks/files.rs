//! Templates as text: names given twice, sizes, quotas, and text that is no template.

use serde_json::{Map, Value as Json, json};

fn errors(text: &str) -> Vec<String> {
    let problems = cfn::check::text(text).expect("it is JSON");
    problems.iter().filter(|problem| problem.is_error()).map(ToString::to_string).collect()
}

fn of(section: &str, count: usize, entry: &Json) -> Json {
    let entries: Map<String, Json> = (0..count).map(|at| (format!("Thing{at}"), entry.clone())).collect();
    let mut template = json!({ "Resources": {} });
    template[section] = Json::Object(entries);
    template
}

#[test]
fn a_name_given_twice_is_found_though_json_allows_it() {
    let twice = r#"{ "Resources": { "A": { "Type": "Custom::A" }, "A": { "Type": "Custom::B" } } }"#;
    assert_eq!(
        errors(twice),
        ["Resources.A: the name is given twice, and only the last one counts: rename or remove one"]
    );
}

#[test]
fn quotas_are_cloudformations() {
    let resource = json!({ "Type": "Custom::Thing" });
    for (section, entry, most) in [("Resources", resource, 500), ("Outputs", json!({ "Value": 1 }), 200)] {
        assert_eq!(errors(&of(section, most, &entry).to_string()), [""; 0]);
        let found = errors(&of(section, most + 1, &entry).to_string());
        assert!(found.len() == 1 && found[0].contains(&format!("CloudFormation takes {most}")), "{found:?}");
    }
}

#[test]
fn a_large_template_gets_a_note_and_too_large_a_one_an_error() {
    let large =
        |bytes: usize| json!({ "Metadata": { "Text": "a".repeat(bytes) }, "Resources": {} }).to_string();
    assert!(cfn::check::text(&large(50_000)).unwrap().is_empty());
    let problems = cfn::check::text(&large(60_000)).unwrap();
    assert!(
        problems.len() == 1 && !problems[0].is_error() && problems[0].text.contains("S3"),
        "{problems:?}"
    );
    assert!(errors(&large(1_000_000))[0].contains("nested stack"));
}

#[test]
fn what_is_no_template_gets_an_answer_and_no_panic() {
    for text in ["1", "[]", "null", "{}", r#"{ "Resources": [] }"#, r#""text""#] {
        assert_eq!(errors(text), ["Resources: this is no template: it has no `Resources`"], "{text}");
    }
    for text in ["", "{", "{} {}", &"[".repeat(100_000)] {
        assert!(cfn::check::text(text).is_err());
    }
    // Every check walks what it does not expect: lists for objects, numbers for texts, nothing at all.
    let odd = r#"{ "Resources": { "A": 1, "B": { "Type": "AWS::S3::Bucket", "Properties": [1] },
        "C": { "Type": "AWS::AppSync::Resolver", "Properties": { "ApiId": { "Fn::GetAtt": [] } } },
        "D": { "Type": "AWS::IAM::Role", "Properties": { "Policies": { "Statement": 1 } } } }, "Outputs": 7 }"#;
    assert!(errors(odd).iter().any(|error| error.starts_with("A: a resource needs a `Type`")));
}
