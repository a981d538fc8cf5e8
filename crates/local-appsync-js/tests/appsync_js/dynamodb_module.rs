//! The module `@aws-appsync/utils/dynamodb`, executed: plain objects in, items out.

use local_appsync_js::{DataSource, Raised, Script, run_unit};
use serde_json::{Value, json};

use crate::support::table;

async fn run(source: &DataSource, request: &str) -> Result<Value, Raised> {
    let code = format!(
        "import {{ util }} from '@aws-appsync/utils';
        import * as ddb from '@aws-appsync/utils/dynamodb';
        export function request(ctx) {{ const key = (id) => ({{ list: 'a', id }}); return {request}; }}
        export function response(ctx) {{
            if (ctx.error) util.error(ctx.error.message, ctx.error.type, ctx.result);
            return ctx.result;
        }}"
    );
    let script = Script::compile("module.js", &code).unwrap_or_else(|error| panic!("{request}: {error}"));
    Ok(run_unit(&script, source, json!({})).await?.value)
}

async fn done(source: &DataSource, request: &str) -> Value {
    run(source, request).await.unwrap_or_else(|error| panic!("{request}: {error:?}"))
}

#[tokio::test]
async fn items_are_put_read_changed_and_removed() {
    let (_, source) = table().await;
    let put = done(
        &source,
        "ddb.put({ key: key('1'), item: { n: 1, tags: ['x'], at: { city: 'Ulm', zip: '89073' } } })",
    );
    let item =
        json!({ "list": "a", "id": "1", "n": 1, "tags": ["x"], "at": { "city": "Ulm", "zip": "89073" } });
    assert_eq!(put.await, item);
    assert_eq!(done(&source, "ddb.get({ key: key('1'), consistentRead: true })").await, item);
    assert_eq!(
        done(&source, "ddb.get({ key: key('1'), projection: ['n', 'at.city', 'tags[0]'] })").await,
        json!({ "n": 1, "at": { "city": "Ulm" }, "tags": ["x"] })
    );
    let changes = "{ n: ddb.operations.increment(4), at: { city: 'Bonn' }, name: 'new',
        tags: ddb.operations.append(['y']), gone: ddb.operations.add(1) }";
    assert_eq!(
        done(&source, &format!("ddb.update({{ key: key('1'), update: {changes} }})")).await,
        json!({ "list": "a", "id": "1", "n": 5, "name": "new", "gone": 1, "tags": ["x", "y"],
            "at": { "city": "Bonn", "zip": "89073" } })
    );
    let changes = "{ n: ddb.operations.decrement(), gone: ddb.operations.remove(), name: null,
        tags: [ddb.operations.updateListItem('z', 0)], at: ddb.operations.replace({ city: 'Kiel' }) }";
    let last =
        json!({ "list": "a", "id": "1", "n": 4, "name": null, "tags": ["z", "y"], "at": { "city": "Kiel" } });
    assert_eq!(done(&source, &format!("ddb.update({{ key: key('1'), update: {changes} }})")).await, last);
    assert_eq!(done(&source, "ddb.remove({ key: key('1') })").await, last);
    assert_eq!(done(&source, "ddb.get({ key: key('1') })").await, Value::Null);
}

#[tokio::test]
async fn conditions_are_checked() {
    let (_, source) = table().await;
    let put = "ddb.put({ key: key('1'), item: { n: 1 }, condition: { id: { attributeExists: false } } })";
    done(&source, put).await;
    let other = put.replace("n: 1", "n: 2");
    let error = run(&source, &other).await.unwrap_err();
    assert_eq!(error.error_type.as_deref(), Some("DynamoDB:ConditionalCheckFailedException"));
    assert_eq!(error.data, json!({ "list": "a", "id": "1", "n": 1 }));
    let update = "ddb.update({ key: key('1'), update: { n: 3 }, condition: { n: { ge: 2 } } })";
    assert!(run(&source, update).await.is_err());
    let remove =
        "ddb.remove({ key: key('1'), condition: { or: [{ n: { eq: 7 } }, { not: { n: { gt: 1 } } }] } })";
    assert_eq!(done(&source, remove).await["n"], 1);
}

#[tokio::test]
async fn queries_and_scans_take_filters_limits_and_tokens() {
    let (_, source) = table().await;
    let items = (0..9).map(|n| format!("{{ ...key('t{n}'), n: {n}, even: {} }}", n % 2 == 0));
    let items = items.collect::<Vec<_>>().join(", ");
    done(&source, &format!("ddb.batchPut({{ tables: {{ Todo: [{items}, {{ ...key('u'), n: 1 }}] }} }})"))
        .await;

    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let query = "query: { list: { eq: 'a' }, id: { beginsWith: 't' } }";
    let all = done(&source, &format!("ddb.query({{ {query}, scanIndexForward: false }})")).await;
    assert_eq!(ids(&all)[..2], ["t8", "t7"]);
    assert_eq!((&all["nextToken"], &all["scannedCount"]), (&json!(null), &json!(9)));
    let even = done(&source, &format!("ddb.query({{ {query}, filter: {{ even: {{ eq: true }} }} }})")).await;
    assert_eq!(ids(&even), ["t0", "t2", "t4", "t6", "t8"]);
    let between = "query: { list: { eq: 'a' }, id: { between: ['t3', 't5'] } }, projection: ['id']";
    assert_eq!(
        done(&source, &format!("ddb.query({{ {between} }})")).await["items"][0],
        json!({ "id": "t3" })
    );

    let first = done(&source, &format!("ddb.query({{ {query}, limit: 2 }})")).await;
    let token = &first["nextToken"];
    let second = done(&source, &format!("ddb.query({{ {query}, limit: 2, nextToken: {token} }})")).await;
    assert_eq!((ids(&first), ids(&second)), (vec!["t0".into(), "t1".into()], vec!["t2".into(), "t3".into()]));

    let filter = "{ and: [{ n: { in: [1, 2] } }, { even: { attributeExists: true } }] }";
    assert_eq!(ids(&done(&source, &format!("ddb.scan({{ filter: {filter} }})")).await), ["t1", "t2"]);
}

#[tokio::test]
async fn batches_answer_in_the_order_of_the_keys() {
    let (_, source) = table().await;
    let put =
        done(&source, "ddb.batchPut({ tables: { Todo: [{ ...key('1'), n: 1 }, { ...key('2'), n: 2 }] } })")
            .await;
    assert_eq!(put["data"]["Todo"][1]["n"], 2);
    assert_eq!(put["unprocessedItems"], json!({}));
    let get =
        done(&source, "ddb.batchGet({ tables: { Todo: { keys: [key('2'), key('none'), key('1')] } } })")
            .await;
    let numbers: Vec<&Value> =
        get["data"]["Todo"].as_array().unwrap().iter().map(|item| &item["n"]).collect();
    assert_eq!(numbers, [&json!(2), &json!(null), &json!(1)]);
    let deleted = done(&source, "ddb.batchDelete({ tables: { Todo: [key('1')] } })").await;
    assert_eq!(deleted["data"]["Todo"], json!([{ "list": "a", "id": "1" }]));
    assert_eq!(done(&source, "ddb.get({ key: key('1') })").await, Value::Null);
}

#[tokio::test]
async fn a_transaction_is_done_whole_or_not_at_all() {
    let (_, source) = table().await;
    let put = |id: &str| format!("{{ putItem: {{ table: 'Todo', key: key('{id}'), item: {{ n: 1 }} }} }}");
    let both = format!("ddb.transactWrite({{ items: [{}, {}] }})", put("1"), put("2"));
    let keys = json!([{ "list": "a", "id": "1" }, { "list": "a", "id": "2" }]);
    assert_eq!(done(&source, &both).await, json!({ "keys": keys, "cancellationReasons": null }));

    let change = "{ updateItem: { table: 'Todo', key: key('1'), update: { n: 5 } } }";
    let check = "{ conditionCheck: { table: 'Todo', key: key('2'), condition: { n: { eq: 9 } } } }";
    let remove = "{ deleteItem: { table: 'Todo', key: key('2') } }";
    let error =
        run(&source, &format!("ddb.transactWrite({{ items: [{change}, {check}] }})")).await.unwrap_err();
    assert_eq!(error.error_type.as_deref(), Some("DynamoDB:TransactionCanceledException"));
    let reasons = &error.data["cancellationReasons"];
    assert_eq!(
        (&reasons[0]["type"], &reasons[1]["type"]),
        (&json!("None"), &json!("ConditionalCheckFailed"))
    );
    assert_eq!(reasons[1]["item"]["n"], 1);

    done(&source, &format!("ddb.transactWrite({{ items: [{change}, {remove}] }})")).await;
    let get =
        "ddb.transactGet({ items: [{ table: 'Todo', key: key('1') }, { table: 'Todo', key: key('2') }] })";
    assert_eq!(done(&source, get).await["items"], json!([{ "list": "a", "id": "1", "n": 5 }, null]));
}

#[tokio::test]
async fn what_the_module_cannot_do_here_is_told() {
    let (_, source) = table().await;
    for (request, told) in [
        ("ddb.sync({})", "versioned"),
        ("ddb.update({ key: key('1'), update: {} })", "at least one change"),
        ("ddb.transactWrite({ items: [{}] })", "putItem"),
    ] {
        assert!(run(&source, request).await.unwrap_err().message.contains(told), "{request}");
    }
}
