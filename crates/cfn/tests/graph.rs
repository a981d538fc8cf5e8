//! The picture of a template: what is shown, who leads to whom, and that nothing is drawn over anything.

#![allow(clippy::unwrap_used)]

use cfn::Template;
use cfn::graph::{Detail, Graph};
use serde_json::{Value as Json, json};

fn photos() -> Json {
    let role = |statements: Json| {
        json!({ "Type": "AWS::IAM::Role", "Properties": {
            "Policies": [{ "PolicyDocument": { "Statement": statements } }],
        } })
    };
    json!({ "Description": "Photos & \"more\"", "Resources": {
        "Table": { "Type": "AWS::DynamoDB::Table", "Properties": {} },
        "Bucket": { "Type": "AWS::S3::Bucket", "Condition": "HasBucket", "Properties": {} },
        "HandlerLogs": { "Type": "AWS::Logs::LogGroup", "Properties": {} },
        "HandlerRole": role(json!([
            { "Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": { "Fn::GetAtt": ["Table", "Arn"] } },
            { "Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": { "Fn::Sub": "${Table.Arn}/index/*" } },
            { "Effect": "Deny", "Action": "s3:PutObject", "Resource": { "Fn::GetAtt": ["Bucket", "Arn"] } },
            { "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": { "Fn::GetAtt": ["HandlerLogs", "Arn"] } },
        ])),
        "Handler": { "Type": "AWS::Lambda::Function", "Properties": {
            "Role": { "Fn::GetAtt": ["HandlerRole", "Arn"] },
            "LoggingConfig": { "LogGroup": { "Ref": "HandlerLogs" } },
            "Environment": { "Variables": { "BUCKET": { "Ref": "Bucket" } } },
        } },
        "Live": { "Type": "AWS::Lambda::Alias", "Properties": { "FunctionName": { "Ref": "Handler" } } },
        "Stream": { "Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "FunctionName": { "Ref": "Live" }, "EventSourceArn": { "Fn::GetAtt": ["Table", "StreamArn"] },
        } },
        "Api": { "Type": "AWS::ApiGateway::RestApi", "Properties": {} },
        "Get": { "Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": { "Ref": "Api" },
            "Integration": { "Uri": { "Fn::Sub": "arn:${AWS::Partition}:…/${Live}/invocations" } },
        } },
        "Put": { "Type": "AWS::ApiGateway::Method", "Properties": {
            "RestApiId": { "Ref": "Api" }, "Integration": { "Uri": { "Fn::GetAtt": ["Handler", "Arn"] } },
        } },
        "Topic": { "Type": "AWS::SNS::Topic", "Properties": {} },
        "Slow": { "Type": "AWS::CloudWatch::Alarm", "Properties": { "AlarmActions": [{ "Ref": "Topic" }] } },
        "Broken": { "Type": "AWS::CloudWatch::Alarm", "Properties": { "AlarmActions": [{ "Ref": "Topic" }] } },
        "Strange": { "Type": "Custom::Thing", "Properties": { "Of": { "Ref": "Table" } } },
    } })
}

#[test]
fn edges_say_who_does_what_to_whom() {
    let text = Graph::of_json(&photos(), Detail::Main).to_mermaid();
    let edges: Vec<&str> =
        text.lines().filter(|line| line.contains(">")).filter(|line| line.contains("--")).collect();
    assert_eq!(
        edges,
        [
            "  n_Handler -->|\"reads, writes\"| n_Table",
            "  n_Table -->|\"streams to\"| n_Handler",
            "  n_Api -->|\"2 routes\"| n_Handler",
            "  n_Slow -->|\"notifies\"| n_Topic",
            "  n_Strange --> n_Table",
        ]
    );
}

#[test]
fn what_belongs_to_a_thing_is_grouped_into_it_and_told_with_it() {
    let svg = Graph::of_json(&photos(), Detail::Main).to_svg();
    assert!(
        svg.contains("<title>Handler, Lambda function; with HandlerLogs, HandlerRole, Live, Stream</title>"),
        "{svg}"
    );
    assert!(svg.contains(">2 alarms</text>"), "{svg}");
    assert!(!svg.contains(">HandlerRole</text>"));
    let all = Graph::of_json(&photos(), Detail::All).to_svg();
    assert!(all.contains(">HandlerRole</text>"));
}

#[test]
fn parts_are_framed_and_what_may_be_absent_is_dashed() {
    let mut t = Template::new("Photos");
    t.part("data", |t| t.add("Table", cfn::Raw::new("AWS::DynamoDB::Table")));
    let graph = Graph::of(&t, Detail::Main);
    assert!(graph.to_mermaid().contains("subgraph part_data [\"data\"]"));
    assert!(graph.to_svg().contains("class=\"part-name\""));
    let graph = Graph::of_json(&photos(), Detail::Main);
    assert!(graph.to_mermaid().contains("class n_Bucket conditional"));
    assert_eq!(graph.to_svg().matches("card is-storage conditional").count(), 1);
}

#[test]
fn it_is_the_same_text_every_time_and_hides_nothing_in_markup() {
    let graph = || Graph::of_json(&photos(), Detail::Main).to_svg();
    assert_eq!(graph(), graph());
    assert!(graph().contains("<title id=\"title\">Photos &amp; &quot;more&quot;</title>"));
    assert!(graph().contains("role=\"img\"") && graph().contains("prefers-color-scheme:dark"));
    let steering = json!({ "Resources": { "<script>": { "Type": "Custom::<b>" } } });
    let svg = Graph::of_json(&steering, Detail::Main).to_svg();
    assert!(!svg.contains("<script") && !svg.contains("<b>"), "{svg}");
}

#[test]
fn no_node_lies_on_another_and_no_label_on_a_node() {
    for detail in [Detail::Main, Detail::All] {
        let svg = Graph::of_json(&photos(), detail).to_svg();
        let cards = rectangles(&svg, "card");
        let labels = rectangles(&svg, "back");
        assert!(cards.len() >= 7, "{svg}");
        for (at, one) in cards.iter().enumerate() {
            for other in cards[at + 1..].iter().chain(&labels) {
                assert!(!overlap(one, other), "{one:?} and {other:?}");
            }
        }
        for (at, one) in labels.iter().enumerate() {
            assert!(labels[at + 1..].iter().all(|other| !overlap(one, other)), "{one:?}");
        }
    }
}

#[test]
fn nothing_at_all_is_a_picture_too() {
    let svg = Graph::of_json(&json!({ "Resources": {} }), Detail::Main).to_svg();
    assert!(svg.contains("</svg>") && !svg.contains("inf") && !svg.contains("NaN"), "{svg}");
}

/// Left, top, right, bottom.
fn rectangles(svg: &str, class: &str) -> Vec<[f64; 4]> {
    let number = |text: &str, name: &str| -> f64 {
        let (_, rest) = text.split_once(&format!(" {name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse().unwrap()
    };
    svg.split("<rect class=\"")
        .skip(1)
        .filter(|rest| rest.starts_with(class))
        .map(|rest| {
            let (x, y) = (number(rest, "x"), number(rest, "y"));
            [x, y, x + number(rest, "width"), y + number(rest, "height")]
        })
        .collect()
}

fn overlap(one: &[f64; 4], other: &[f64; 4]) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}
