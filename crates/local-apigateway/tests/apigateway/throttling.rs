//! A stage's throttle.

use std::time::Duration;

use local_apigateway::Throttle;
use serde_json::json;

use crate::backend::{functions, shared};
use crate::rest_api::{ask, fixture};

#[tokio::test(start_paused = true)]
async fn more_than_the_stage_takes_is_429_until_time_has_passed() {
    let functions = shared(functions().with_echo());
    let throttle = Throttle { rate: 1.0, burst: 2 };
    let api = fixture()
        .proxy("GET /", "echo")
        .with(|api| api.stages[0].throttle = Some(throttle))
        .build(&functions);
    assert_eq!(ask(&api, "/", &[]).await.status, 200);
    assert_eq!(ask(&api, "/", &[]).await.status, 200);
    let answer = ask(&api, "/", &[]).await;
    assert_eq!((answer.status, answer.json()), (429, json!({"message": "Too Many Requests"})));
    assert_eq!(answer.header("x-amzn-errortype"), "TooManyRequestsException");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(ask(&api, "/", &[]).await.status, 200);
    assert_eq!(ask(&api, "/", &[]).await.status, 429);
}
