//! `extensions`: subscription filters as AppSync would take them, and invalidations.

use local_appsync_js::{Evaluated, Raised, Script};
use serde_json::{Value, json};

async fn respond(body: &str) -> Result<Evaluated, Raised> {
    let code = format!(
        "import {{ util, extensions }} from '@aws-appsync/utils';
        export function request(ctx) {{}}
        export function response(ctx) {{ {body} return null; }}"
    );
    Script::compile("subscription.js", &code).expect(body).response(json!({})).await
}

async fn transformed(filter: &str) -> Value {
    let body = format!("extensions.setSubscriptionFilter(util.transform.toSubscriptionFilter({filter}));");
    respond(&body).await.unwrap().subscription_filter.unwrap()
}

fn groups(groups: &[&[(&str, &str, Value)]]) -> Value {
    let filter = |(field, operator, value): &(&str, &str, Value)| json!({ "fieldName": field, "operator": operator, "value": value });
    let group = |filters: &&[_]| json!({ "filters": filters.iter().map(filter).collect::<Vec<_>>() });
    json!({ "filterGroup": groups.iter().map(group).collect::<Vec<_>>() })
}

#[tokio::test]
async fn filter_objects_become_groups_of_alternatives() {
    let table = [
        ("{ a: { eq: 1 } }", groups(&[&[("a", "eq", json!(1))]])),
        (
            "{ a: { eq: 1 }, b: { in: ['x', 'y'] } }",
            groups(&[&[("a", "eq", json!(1)), ("b", "in", json!(["x", "y"]))]]),
        ),
        ("{ a: { gt: 1, lt: 9 } }", groups(&[&[("a", "gt", json!(1)), ("a", "lt", json!(9))]])),
        (
            "{ or: [{ a: { eq: 1 } }, { b: { eq: 2 } }] }",
            groups(&[&[("a", "eq", json!(1))], &[("b", "eq", json!(2))]]),
        ),
        (
            "{ c: { ne: 0 }, or: [{ a: { eq: 1 } }, { b: { eq: 2 } }] }",
            groups(&[
                &[("c", "ne", json!(0)), ("a", "eq", json!(1))],
                &[("c", "ne", json!(0)), ("b", "eq", json!(2))],
            ]),
        ),
        (
            "{ and: [{ a: { eq: 1 } }, { or: [{ b: { eq: 2 } }, { c: { eq: 3 } }] }] }",
            groups(&[
                &[("a", "eq", json!(1)), ("b", "eq", json!(2))],
                &[("a", "eq", json!(1)), ("c", "eq", json!(3))],
            ]),
        ),
        ("{ a: { b: { beginsWith: 'x' } } }", groups(&[&[("a.b", "beginsWith", json!("x"))]])),
        ("{ a: { eq: 1 }, b: { eq: 2 } }, ['b']", groups(&[&[("a", "eq", json!(1))]])),
        (
            "{ a: { eq: 1 } }, [], { b: { eq: 2 }, c: { eq: 3 } }",
            groups(&[
                &[("a", "eq", json!(1)), ("b", "eq", json!(2))],
                &[("a", "eq", json!(1)), ("c", "eq", json!(3))],
            ]),
        ),
    ];
    for (filter, expected) in table {
        assert_eq!(transformed(filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn filters_that_appsync_would_refuse_are_refused() {
    let group = |filters: &str| format!("{{ filterGroup: [{{ filters: [{filters}] }}] }}");
    let one = "{ fieldName: 'a', operator: 'eq', value: 1 }, ";
    let fields: String =
        (0..6).map(|n| format!("{{ fieldName: 'f{n}', operator: 'eq', value: 1 }}, ")).collect();
    let table = [
        ("null".to_owned(), "filterGroup"),
        ("{ filters: [] }".to_owned(), "filterGroup"),
        (group("{ fieldName: 'a', operator: 'like', value: 1 }"), "operator like"),
        (group("{ operator: 'eq', value: 1 }"), "fieldName"),
        (group("{ fieldName: 'a', operator: 'eq', value: [1] }"), "must be a scalar"),
        (group("{ fieldName: 'a', operator: 'eq' }"), "must be a scalar"),
        (group("{ fieldName: 'a', operator: 'in', value: 1 }"), "list of scalars"),
        (group("{ fieldName: 'a', operator: 'in', value: [1, 2, 3, 4, 5, 6] }"), "at most 5"),
        (group("{ fieldName: 'a', operator: 'between', value: [1] }"), "exactly 2"),
        (group(&format!("{{ fieldName: 'a', operator: 'eq', value: '{}' }}", "x".repeat(257))), "256"),
        (group("{ fieldName: 'a.b.c.d.e.f', operator: 'eq', value: 1 }"), "5 levels"),
        (group(&one.repeat(11)), "at most 10 filters"),
        (group(&fields), "at most 5 fields"),
    ];
    for (filter, told) in table {
        for function in ["setSubscriptionFilter", "setSubscriptionInvalidationFilter"] {
            let error = respond(&format!("extensions.{function}({filter});")).await.unwrap_err();
            assert!(error.message.contains(told) && error.message.contains(function), "{filter}: {error}");
        }
    }
}

#[tokio::test]
async fn invalidations_are_handed_out_in_order() {
    let body =
        "extensions.invalidateSubscriptions({ subscriptionField: 'onMessage', payload: { userId: 'u' } });
        extensions.invalidateSubscriptions({ subscriptionField: 'onRoom', payload: {} });";
    let evaluated = respond(body).await.unwrap();
    let first = json!({ "subscriptionField": "onMessage", "payload": { "userId": "u" } });
    assert_eq!(evaluated.invalidations, [first, json!({ "subscriptionField": "onRoom", "payload": {} })]);
}

#[tokio::test]
async fn a_sixth_invalidation_and_one_without_a_field_are_refused() {
    let invalidate = "extensions.invalidateSubscriptions({ subscriptionField: 'f', payload: {} });";
    assert!(respond(&invalidate.repeat(5)).await.is_ok());
    assert!(respond(&invalidate.repeat(6)).await.unwrap_err().message.contains("at most 5"));
    assert!(respond("extensions.invalidateSubscriptions({});").await.unwrap_err().message.contains("takes"));
}
