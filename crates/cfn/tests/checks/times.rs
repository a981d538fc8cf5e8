//! Times: schedules, periods, validities; and dashboards.

use serde_json::{Value as Json, json};

use crate::{each_is_found, errors, template};

fn schedule(text: &str) -> Vec<String> {
    errors(&template([("Nightly", "AWS::Events::Rule", json!({ "ScheduleExpression": text }))]))
}

#[test]
fn schedules_are_rates_or_crons() {
    for right in [
        "rate(1 minute)",
        "rate(5 hours)",
        "cron(0 3 * * ? *)",
        "cron(0/15 8-17 ? * MON-FRI *)",
        "cron(0 0 L * ? 2026)",
    ] {
        assert_eq!(schedule(right), [""; 0], "{right}");
    }
    for (wrong, says) in [
        ("rate(5 minute)", "write `rate(5 minutes)`"),
        ("rate(1 days)", "write `rate(1 day)`"),
        ("rate(0 days)", "no rate"),
        ("rate(5 weeks)", "no rate"),
        ("cron(0 3 * * *)", "5 fields of six"),
        ("cron(0 25 * * ? *)", "give 0 to 23"),
        ("cron(0 3 * * * *)", "needs `?`"),
        ("cron(0 3 0 * ? *)", "give 1 to 31"),
        ("every day", "is no schedule"),
    ] {
        let found = schedule(wrong);
        assert!(found.len() == 1 && found[0].contains(says), "{wrong}: {found:?}");
    }
}

fn watched() -> Json {
    template([
        (
            "Alarm",
            "AWS::CloudWatch::Alarm",
            json!({ "MetricName": "Errors", "Period": 300, "EvaluationPeriods": 3, "DatapointsToAlarm": 2 }),
        ),
        (
            "Board",
            "AWS::CloudWatch::Dashboard",
            json!({
                "DashboardBody": { "Fn::Sub": "{\"widgets\": [{\"type\": \"text\", \"width\": ${Width}}], \"a\": \"${AWS::Region}\"}" },
            }),
        ),
        ("Width", "Custom::Number", json!({})),
        (
            "Client",
            "AWS::Cognito::UserPoolClient",
            json!({
                "UserPoolId": "eu-central-1_abc", "AccessTokenValidity": 60,
                "TokenValidityUnits": { "AccessToken": "minutes" },
            }),
        ),
        ("Queue", "AWS::SQS::Queue", json!({ "MessageRetentionPeriod": 1_209_600 })),
    ])
}

#[test]
fn periods_and_validities_are_those_that_aws_takes() {
    each_is_found(
        &watched(),
        &[
            ("/Resources/Alarm/Properties/Period", json!(45), "Alarm", "`45` s"),
            (
                "/Resources/Alarm/Properties/EvaluationPeriods",
                json!(400),
                "Alarm",
                "longer than an alarm may look back",
            ),
            ("/Resources/Alarm/Properties/DatapointsToAlarm", json!(4), "Alarm", "more than the 3 periods"),
            ("/Resources/Alarm/Properties/MetricName", json!(null), "Alarm", "`MetricName` or `Metrics`"),
            (
                "/Resources/Client/Properties/AccessTokenValidity",
                json!(4),
                "Client",
                "from 300 to 86400 seconds",
            ),
            ("/Resources/Client/Properties/TokenValidityUnits", json!(null), "Client", "is `60` hours"),
            (
                "/Resources/Queue/Properties/MessageRetentionPeriod",
                json!(1_209_601),
                "Queue",
                "from 60 to 1209600",
            ),
        ],
    );
}

#[test]
fn a_dashboard_is_json_with_widgets_also_around_references() {
    let body = "/Resources/Board/Properties/DashboardBody";
    each_is_found(
        &watched(),
        &[
            (body, json!("{widgets: []}"), "Board", "not JSON"),
            (body, json!({ "Fn::Sub": "{\"widgets\": [${AWS::Region},]}" }), "Board", "not JSON"),
            (body, json!("{\"widgets\": {}}"), "Board", "no list of `widgets`"),
        ],
    );
}
