//! The body of a CloudWatch dashboard, from typed widgets.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>

use cfn::{Literal as _, Template, Value};
use serde_json::{Value as Json, json};

use crate::alarms::Metric;

/// A widget: half as wide as the dashboard, or all of it.
pub(crate) struct Widget {
    kind: &'static str,
    width: u32,
    properties: Json,
}

/// A line of a graph.
#[derive(Clone)]
pub(crate) struct Line {
    metric: Metric,
    percentile: Option<&'static str>,
}

impl Line {
    pub(crate) fn of(metric: Metric) -> Self {
        Self { metric, percentile: None }
    }

    /// A percentile, such as `p99`, in place of the metric's statistic.
    pub(crate) fn percentile(self, percentile: &'static str) -> Self {
        Self { percentile: Some(percentile), ..self }
    }

    fn to_json(&self) -> Json {
        let statistic = self.percentile.map_or_else(|| self.metric.statistic.to_json(), Json::from);
        let mut line = vec![json!(self.metric.namespace), json!(self.metric.name)];
        for (dimension, thing) in &self.metric.of {
            line.extend([json!(dimension), json!(variable(thing))]);
        }
        line.push(json!({ "stat": statistic }));
        Json::Array(line)
    }
}

/// Lines over time, a point a minute.
pub(crate) fn graph(title: &str, lines: Vec<Line>) -> Widget {
    let metrics: Vec<Json> = lines.iter().map(Line::to_json).collect();
    metrics_widget(title, metrics)
}

/// Metrics that a table has once for each operation.
pub(crate) fn search(title: &str, metrics: impl Iterator<Item = (&'static str, Value<String>)>) -> Widget {
    let expressions = metrics.map(|(name, table)| {
        let table = variable(&table);
        let search =
            format!("{{AWS/DynamoDB,TableName,Operation}} TableName=\"{table}\" MetricName=\"{name}\"");
        json!([{ "expression": format!("SEARCH('{search}', 'Sum', 60)") }])
    });
    metrics_widget(title, expressions.collect())
}

/// The latest lines that tell of a failure.
pub(crate) fn log_errors(title: &str, groups: &[Value<String>]) -> Widget {
    let sources: Vec<String> = groups.iter().map(|group| format!("SOURCE '{}'", variable(group))).collect();
    let query = format!(
        "{} | fields @timestamp, @log, @message | filter @message like /ERROR|panicked|Task timed out/ \
         | sort @timestamp desc | limit 50",
        sources.join(" | "),
    );
    let properties = json!({ "title": title, "region": "${AWS::Region}", "view": "table", "query": query });
    Widget { kind: "log", width: 24, properties }
}

/// The names of the template's functions so far, but for those that exist under a condition alone.
pub(crate) fn functions(t: &Template) -> Vec<Value<String>> {
    references(t, "AWS::Lambda::Function", "")
}

/// The names of these functions' log groups.
pub(crate) fn function_logs(t: &Template) -> Vec<Value<String>> {
    references(t, "AWS::Lambda::Function", "LogGroup")
}

/// Two widgets a row.
pub(crate) fn body<const N: usize>(widgets: [Widget; N]) -> Value<String> {
    const HEIGHT: u32 = 6;
    let (mut x, mut y) = (0, 0);
    let mut placed = Vec::new();
    for Widget { kind, width, properties } in widgets {
        if x + width > 24 {
            (x, y) = (0, y + HEIGHT);
        }
        placed.push(json!({ "type": kind, "x": x, "y": y, "width": width, "height": HEIGHT, "properties": properties }));
        x += width;
    }
    // What stands as `${…}` in the texts is for CloudFormation to fill in.
    Value::unchecked(json!({ "Fn::Sub": json!({ "widgets": placed }).to_string() }))
}

fn metrics_widget(title: &str, metrics: Vec<Json>) -> Widget {
    let properties = json!({ "title": title, "region": "${AWS::Region}", "period": 60, "view": "timeSeries", "metrics": metrics });
    Widget { kind: "metric", width: 12, properties }
}

fn references(t: &Template, kind: &str, behind: &str) -> Vec<Value<String>> {
    let template = t.to_json();
    let resources = template["Resources"].as_object().into_iter().flatten();
    resources
        .filter(|(_, resource)| resource["Type"] == kind && resource["Condition"].is_null())
        .map(|(id, _)| Value::unchecked(json!({ "Ref": format!("{id}{behind}") })))
        .collect()
}

/// A value as `Fn::Sub` writes it.
fn variable(value: &Value<String>) -> String {
    let json = value.clone().into_json();
    match (&json["Ref"], &json["Fn::GetAtt"]) {
        _ if json.is_string() => json.as_str().unwrap_or_default().to_owned(),
        _ if json["Fn::Sub"].is_string() => json["Fn::Sub"].as_str().unwrap_or_default().to_owned(),
        (Json::String(id), _) => format!("${{{id}}}"),
        (_, Json::Array(path)) => {
            let path: Vec<&str> = path.iter().filter_map(Json::as_str).collect();
            format!("${{{}}}", path.join("."))
        }
        _ => unreachable!("metrics are of resources of the template, which are referred to so"),
    }
}
