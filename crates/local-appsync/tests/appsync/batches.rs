//! Resolvers with `MaxBatchSize`: what the items of a list ask goes to the function at once.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use local_appsync::{Context, Field, Raised, Resolved, Resolver, answers_of_batch};
use serde_json::{Value, json};

use super::support::{Server, fixture};

const SCHEMA: &str = "
    type Query { people: [Person]  teams: [Team] }
    type Team { people: [Person] }
    type Person { id: Int  greeting(word: String): String  must: String! }
";

/// Greets, and remembers whom together.
struct Function {
    most: usize,
    answer: fn(&[Context]) -> Value,
    batches: Mutex<Vec<Vec<Value>>>,
}

#[async_trait]
impl Resolver for Function {
    async fn resolve(&self, _: Context) -> Result<Resolved, Raised> {
        Err(Raised::new("Test", "It takes batches only."))
    }

    fn max_batch_size(&self) -> usize {
        self.most
    }

    async fn resolve_batch(&self, contexts: Vec<Context>) -> Vec<Result<Resolved, Raised>> {
        self.batches
            .lock()
            .unwrap()
            .push(contexts.iter().map(|context| context.source["id"].clone()).collect());
        answers_of_batch((self.answer)(&contexts), contexts.len())
    }
}

fn greetings(contexts: &[Context]) -> Value {
    contexts
        .iter()
        .map(|context| {
            let word = context.arguments.get("word").and_then(Value::as_str).unwrap_or("Hello");
            json!({ "data": format!("{word} {}", context.source["id"]) })
        })
        .collect()
}

fn api(most: usize, count: usize, answer: fn(&[Context]) -> Value) -> (Server, Arc<Function>) {
    let function = Arc::new(Function { most, answer, batches: Mutex::default() });
    let people: Value = (1..=count).map(|id| json!({ "id": id })).collect();
    let teams = json!([{ "people": people }, { "people": people }]);
    let mut api = fixture(SCHEMA).value("Query.people", people).value("Query.teams", teams);
    for field in ["greeting", "must"] {
        api.0.resolvers.insert(Field::new("Person", field), function.clone());
    }
    (api.build(), function)
}

#[tokio::test]
async fn a_list_is_asked_in_batches_of_at_most_that_size() {
    for (most, count, sizes) in [(100, 3, vec![3]), (2, 5, vec![2, 2, 1]), (2000, 100, vec![100])] {
        let (api, function) = api(most, count, greetings);
        let answer = api.query("{ people { id greeting } }").await;
        for (index, person) in answer["data"]["people"].as_array().unwrap().iter().enumerate() {
            assert_eq!(person["greeting"], format!("Hello {}", index + 1));
        }
        let batches = function.batches.lock().unwrap();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
    }
}

#[tokio::test]
async fn lists_within_a_list_go_together_and_aliases_keep_their_arguments() {
    let (api, function) = api(100, 2, greetings);
    let answer = api.query(r#"{ teams { people { a: greeting b: greeting(word: "Bye") } } }"#).await;
    let people = json!([{ "a": "Hello 1", "b": "Bye 1" }, { "a": "Hello 2", "b": "Bye 2" }]);
    assert_eq!(answer, json!({ "data": { "teams": [{ "people": people }, { "people": people }] } }));
    assert_eq!(function.batches.lock().unwrap().iter().map(Vec::len).sum::<usize>(), 8);
    assert_eq!(function.batches.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_item_can_fail_alone_with_its_data() {
    let (api, _) = api(
        10,
        3,
        |_| json!([{ "data": "one" }, { "data": { "kept": 1 }, "errorMessage": "No", "errorType": "Busy" }, null]),
    );
    let answer = api.query("{ people { greeting } }").await;
    assert_eq!(
        answer["data"]["people"],
        json!([{ "greeting": "one" }, { "greeting": null }, { "greeting": null }])
    );
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    let error = &answer["errors"][0];
    assert_eq!(error["path"], json!(["people", 1, "greeting"]));
    assert_eq!((&error["errorType"], &error["message"]), (&json!("Busy"), &json!("No")));
    assert_eq!(error["data"], json!({ "kept": 1 }));
}

#[tokio::test]
async fn an_answer_that_is_no_list_of_that_length_fails_every_item() {
    for answer in
        [(|_| json!([{ "data": "one" }])) as fn(&[Context]) -> Value, |_| json!("x"), |_| json!(["a", "b"])]
    {
        let (api, _) = api(10, 2, answer);
        let answer = api.query("{ people { must } }").await;
        assert_eq!(answer["data"]["people"], json!([null, null]));
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 2);
        assert_eq!(errors[0]["errorType"], "Lambda:IllegalArgument");
    }
}
