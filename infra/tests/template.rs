//! The template as a whole: its reviewed snapshot, and its agreement with the GraphQL schema.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use apollo_compiler::ast::{Definition, Document};
use serde_json::Value as Json;

/// Fields of the root types that need no resolver, and why.
const WITHOUT_RESOLVER: [(&str, &str, &str); 1] = [(
    "Subscription",
    "onTodo",
    "whoever may call it may hear of every todo: nothing is refused, nothing filtered",
)];

#[test]
fn the_template_is_the_one_that_was_reviewed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/template.json");
    let now = infra::template().to_text();
    if env::var_os("UPDATE_SNAPSHOT").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let reviewed = fs::read_to_string(&path).unwrap_or_default();
    let differs = reviewed.lines().zip(now.lines()).position(|(left, right)| left != right);
    assert!(
        now == reviewed,
        "the template differs from tests/template.json at line {}; if that is intended, run \
         `UPDATE_SNAPSHOT=1 cargo test -p infra` and review the diff",
        differs.unwrap_or_else(|| reviewed.lines().count().min(now.lines().count())) + 1,
    );
}

#[test]
fn nothing_that_can_be_known_beforehand_is_wrong_with_the_template() {
    if let Err(problems) = infra::template().check() {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn every_field_has_a_resolver_and_every_resolver_a_field() {
    let (fields, resolvers) = (root_fields(), resolvers());
    let excepted: BTreeSet<(String, String)> =
        WITHOUT_RESOLVER.iter().map(|(parent, field, _)| ((*parent).into(), (*field).into())).collect();
    let unresolved: Vec<_> =
        fields.difference(&resolvers).filter(|field| !excepted.contains(*field)).collect();
    assert!(unresolved.is_empty(), "fields without a resolver: {unresolved:?}");
    let stray: Vec<_> = resolvers.difference(&fields).collect();
    assert!(stray.is_empty(), "resolvers without a field: {stray:?}");
    let needless: Vec<_> =
        excepted.iter().filter(|field| resolvers.contains(*field) || !fields.contains(*field)).collect();
    assert!(needless.is_empty(), "exceptions that no longer apply: {needless:?}");
}

#[test]
fn resolvers_are_made_one_after_another_and_after_the_schema() {
    let template = infra::template().to_json();
    let mut previous: Option<String> = None;
    for (id, resolver) in of_type(&template, "AWS::AppSync::Resolver") {
        let waits_for: Vec<&str> =
            resolver["DependsOn"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
        assert!(waits_for.contains(&"ApiSchema"), "{id} does not wait for the schema");
        if let Some(previous) = &previous {
            assert!(waits_for.contains(&previous.as_str()), "{id} does not wait for {previous}");
        }
        previous = Some(id.clone());
    }
}

#[test]
fn what_holds_data_outlives_its_stack() {
    let template = infra::template().to_json();
    let stateful =
        ["AWS::Cognito::UserPool", "AWS::Cognito::IdentityPool", "AWS::DynamoDB::Table", "AWS::S3::Bucket"];
    for kind in stateful {
        assert_ne!(of_type(&template, kind).count(), 0, "{kind} is gone");
        for (id, resource) in of_type(&template, kind) {
            assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{id}");
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
        }
    }
}

#[test]
fn a_permission_for_everything_says_why() {
    let template = infra::template().to_json();
    for (id, role) in of_type(&template, "AWS::IAM::Role") {
        // A role may have managed policies alone.
        let inline = &role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
        for statement in inline.as_array().into_iter().flatten() {
            let actions = statement["Action"].to_string();
            assert!(!actions.contains('*'), "{id} allows {actions}");
            assert!(statement["Resource"] != "*" || statement["Sid"].is_string(), "{id}: {statement}");
        }
    }
}

fn of_type<'a>(template: &'a Json, kind: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    template["Resources"]
        .as_object()
        .expect("a template has resources")
        .iter()
        .filter(move |(_, resource)| resource["Type"] == kind)
}

fn resolvers() -> BTreeSet<(String, String)> {
    let template = infra::template().to_json();
    let text = |json: &Json| json.as_str().expect("these are literals").to_owned();
    of_type(&template, "AWS::AppSync::Resolver")
        .map(|(_, resolver)| &resolver["Properties"])
        .map(|properties| (text(&properties["TypeName"]), text(&properties["FieldName"])))
        .collect()
}

fn root_fields() -> BTreeSet<(String, String)> {
    let document =
        Document::parse(include_str!("../../schema.graphql"), "schema.graphql").expect("the schema parses");
    let roots = ["Query", "Mutation", "Subscription"];
    let mut fields = BTreeSet::new();
    for definition in &document.definitions {
        if let Definition::ObjectTypeDefinition(object) = definition
            && roots.contains(&object.name.as_str())
        {
            fields
                .extend(object.fields.iter().map(|field| (object.name.to_string(), field.name.to_string())));
        }
    }
    fields
}
