//! Schedules, periods and validities, and the dashboards that show what became of them.

use serde_json::Value as Json;

use super::problem::{Findings, quoted};
use super::view::{Resource, View};

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for kind in ["AWS::Events::Rule", "AWS::Scheduler::Schedule"] {
        for rule in view.of(kind) {
            for value in view.values(rule, "ScheduleExpression") {
                if let Json::String(text) = value
                    && let Some(wrong) = schedule(text, kind.contains("Scheduler"))
                {
                    findings.error(rule.id, format!("`ScheduleExpression`: `{text}` {wrong}"));
                }
            }
            if kind == "AWS::Events::Rule"
                && rule.get("ScheduleExpression").is_null()
                && rule.get("EventPattern").is_null()
            {
                findings
                    .error(rule.id, "a rule needs a `ScheduleExpression` or an `EventPattern`: give it one");
            }
        }
    }
    for alarm in view.of("AWS::CloudWatch::Alarm") {
        period(view, alarm, findings);
    }
    for dashboard in view.of("AWS::CloudWatch::Dashboard") {
        body(dashboard, findings);
    }
    for client in view.of("AWS::Cognito::UserPoolClient") {
        validity(client, findings);
    }
    for queue in view.of("AWS::SQS::Queue") {
        findings.range(queue, "VisibilityTimeout", 0..=43_200);
        findings.range(queue, "MessageRetentionPeriod", 60..=1_209_600);
        findings.range(queue, "DelaySeconds", 0..=900);
        findings.range(queue, "ReceiveMessageWaitTimeSeconds", 0..=20);
    }
}

/// What is wrong with a schedule, if anything is.
///
/// Source: "Schedule types in EventBridge Scheduler", and "Cron expressions" in the EventBridge guide.
fn schedule(text: &str, of_scheduler: bool) -> Option<String> {
    let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inside("rate") {
        let (count, unit) = rate.split_once(' ').unwrap_or((rate, ""));
        let singular = unit.strip_suffix('s').unwrap_or(unit);
        let count: u32 = count.parse().unwrap_or(0);
        if count == 0 || !["minute", "hour", "day"].contains(&singular) {
            return Some("is no rate: write it as `rate(5 minutes)`".to_owned());
        }
        if (count == 1) == unit.ends_with('s') {
            return Some(format!(
                "does not agree with itself: write `rate({count} {singular}{})`",
                if count == 1 { "" } else { "s" }
            ));
        }
        return None;
    }
    if let Some(cron) = inside("cron") {
        return self::cron(cron);
    }
    if of_scheduler && inside("at").is_some() {
        return None;
    }
    Some("is no schedule: write `rate(5 minutes)` or `cron(0 3 * * ? *)`".to_owned())
}

/// Minutes, hours, day of month, month, day of week, year.
fn cron(text: &str) -> Option<String> {
    const FIELDS: [(&str, u32, u32); 6] = [
        ("minutes", 0, 59),
        ("hours", 0, 23),
        ("the day of the month", 1, 31),
        ("the month", 1, 12),
        ("the day of the week", 1, 7),
        ("the year", 1970, 2199),
    ];
    let parts: Vec<&str> = text.split_whitespace().collect();
    if parts.len() != 6 {
        return Some(format!("has {} fields of six: minutes, hours, day, month, weekday, year", parts.len()));
    }
    for ((name, from, to), part) in FIELDS.iter().zip(&parts) {
        let numbers =
            part.split([',', '-', '/', '#']).filter(|piece| piece.bytes().all(|byte| byte.is_ascii_digit()));
        // A step counts from one, and may be as large as the field's whole span.
        for number in numbers.filter(|piece| !piece.is_empty()) {
            let value: u32 = number.parse().unwrap_or(u32::MAX);
            let is_step = part.ends_with(&format!("/{number}"));
            if value > *to || !is_step && value < *from {
                return Some(format!("has `{part}` for {name}: give {from} to {to}"));
            }
        }
    }
    if (parts[2] == "?") == (parts[4] == "?") {
        return Some(
            "needs `?` for the day of the month or the day of the week, not for both or none".to_owned(),
        );
    }
    None
}

/// Source: `PutMetricAlarm` in CloudWatch's API reference.
fn period(view: &View<'_>, alarm: Resource<'_>, findings: &mut Findings<'_>) {
    for value in view.values(alarm, "Period") {
        let Some(seconds) = value.as_i64().or_else(|| value.as_str()?.parse().ok()) else {
            continue;
        };
        if ![10, 20, 30].contains(&seconds) && (seconds < 60 || seconds % 60 != 0) {
            findings
                .error(alarm.id, format!("`Period` is `{seconds}` s: use 10, 20, 30, or a multiple of 60"));
        }
        if let Some(periods) = alarm.get("EvaluationPeriods").as_i64()
            && seconds * periods > if seconds >= 3600 { 604_800 } else { 86_400 }
        {
            findings.error(
                alarm.id,
                format!(
                    "{periods} periods of {seconds} s are longer than an alarm may look back: make them fewer"
                ),
            );
        }
    }
    findings.range(alarm, "EvaluationPeriods", 1..=86_400);
    let (of, all) = (alarm.get("DatapointsToAlarm").as_i64(), alarm.get("EvaluationPeriods").as_i64());
    if let (Some(of), Some(all)) = (of, all)
        && of > all
    {
        findings.error(
            alarm.id,
            format!("`DatapointsToAlarm` is `{of}`, more than the {all} periods it looks at: lower it"),
        );
    }
    let counts = ["MetricName", "Metrics"].iter().filter(|name| !alarm.get(name).is_null()).count();
    if counts != 1 {
        findings.error(alarm.id, "an alarm watches a `MetricName` or `Metrics`: give one of the two");
    }
}

fn body(dashboard: Resource<'_>, findings: &mut Findings<'_>) {
    let value = dashboard.get("DashboardBody");
    let text = match value {
        Json::String(text) => text.clone(),
        // With something in place of each reference, it has to be JSON as well; text in quotes, a number outside.
        Json::Object(_) => match value["Fn::Sub"].as_str().or(value["Fn::Sub"][0].as_str()) {
            Some(text) => without_variables(text),
            None => return,
        },
        _ => return,
    };
    match serde_json::from_str::<Json>(&text) {
        Err(error) => {
            findings.error(dashboard.id, format!("`DashboardBody` is not JSON: {error}; correct it"))
        }
        Ok(body) if !body["widgets"].is_array() => {
            findings.error(dashboard.id, "`DashboardBody` has no list of `widgets`: add it");
        }
        Ok(_) => {}
    }
}

fn without_variables(text: &str) -> String {
    let mut parts = text.split("${");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('1');
        plain.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    plain
}

/// Source: `CreateUserPoolClient` in Cognito's API reference.
fn validity(client: Resource<'_>, findings: &mut Findings<'_>) {
    const UNITS: [(&str, i64); 4] = [("seconds", 1), ("minutes", 60), ("hours", 3600), ("days", 86_400)];
    const DAY_S: i64 = 86_400;
    let tokens = [
        ("AccessToken", "hours", 300, DAY_S),
        ("IdToken", "hours", 300, DAY_S),
        ("RefreshToken", "days", 3600, 3650 * DAY_S),
    ];
    for (token, default_unit, shortest_s, longest_s) in tokens {
        let path = format!("{token}Validity");
        let value = client.get(&path);
        let unit = &client.get("TokenValidityUnits")[token];
        let unit = if unit.is_null() { Some(default_unit) } else { unit.as_str() };
        let unit_s = UNITS.iter().find(|(name, _)| Some(*name) == unit).map(|(_, seconds)| *seconds);
        let (Some(count), Some(unit_s)) = (value.as_i64(), unit_s) else {
            continue;
        };
        let seconds = count.saturating_mul(unit_s);
        if seconds < shortest_s || seconds > longest_s {
            let unit = unit.unwrap_or(default_unit);
            findings.error(
                client.id,
                format!(
                    "`{path}` is {} {unit}: give from {shortest_s} to {longest_s} seconds",
                    quoted(value)
                ),
            );
        }
    }
}
