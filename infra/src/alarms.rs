//! Alarms, and whom they tell: a topic, with the operator's e-mail address on it.
//!
//! They exist in production, and wherever an address is given: alarms and the topic's key cost money.

use cfn::cloudwatch::{Alarm, ComparisonOperator, Dimension, Statistic, TreatMissingData};
use cfn::kms::Key;
use cfn::sns::{Subscription, SubscriptionProtocol, Topic, TopicPolicy};
use cfn::{
    Action, Compare, ConditionHandle, Handle, Judgement, Literal as _, ParameterHandle, PolicyDocument,
    Principal, Statement, Template, Value, actions, prelude::*, pseudo, sub,
};

/// Where alarms go.
#[derive(Clone)]
pub(crate) struct Alarms {
    pub(crate) wanted: ConditionHandle,
    topic: Handle<Topic>,
}

/// A metric of CloudWatch, of one thing.
#[derive(Clone)]
pub(crate) struct Metric {
    /// As `AWS/Lambda`.
    pub(crate) namespace: &'static str,
    pub(crate) name: &'static str,
    pub(crate) statistic: Statistic,
    /// What it is of: each dimension's name and value.
    pub(crate) of: Vec<(&'static str, Value<String>)>,
}

impl Alarms {
    /// Adds the topic and what it needs.
    pub(crate) fn topic(
        t: &mut Template,
        wanted: ConditionHandle,
        has_email: &ConditionHandle,
        email: &ParameterHandle<String>,
    ) -> Self {
        let key = t.add("AlarmKey", key().condition(&wanted));
        let topic = t.add("AlarmTopic", Topic::new().kms_master_key_id(&key).condition(&wanted));
        t.add("AlarmTopicPolicy", topic_policy(&topic).condition(&wanted));
        t.add(
            "AlarmEmailSubscription",
            Subscription::new()
                .topic_arn(&topic)
                .protocol(SubscriptionProtocol::Email)
                .endpoint(email.value().cast())
                .condition(has_email),
        );
        Self { wanted, topic }
    }

    /// Adds an alarm that rings when the metric is `at_least` so much within five minutes.
    pub(crate) fn add(&self, t: &mut Template, id: &str, metric: Metric, at_least: i32, says: &str) {
        let dimensions: Vec<_> =
            metric.of.into_iter().map(|(name, value)| Dimension::new().name(name).value(value)).collect();
        t.add(
            id,
            Alarm::new()
                .alarm_description(says)
                .namespace(metric.namespace)
                .metric_name(metric.name)
                .dimensions(dimensions)
                .statistic(metric.statistic)
                .period(300)
                .evaluation_periods(1)
                .comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold)
                .threshold(at_least)
                // What nobody uses has no metrics.
                .treat_missing_data(TreatMissingData::NotBreaching)
                .alarm_actions([&self.topic])
                .ok_actions([&self.topic])
                .condition(&self.wanted),
        );
    }
}

/// CloudWatch cannot write to a topic under AWS's own key for SNS, and drops the alarm without a word; so the
/// topic has a key of its own, which lets it.
fn key() -> Key {
    let account = sub!("arn:{}:iam::{}:root", pseudo::partition(), pseudo::account_id());
    let policy = PolicyDocument::new([
        Statement::allow([Action::pattern("kms:*")])
            .sid("AdministratorsByTheirOwnPolicies")
            .principal(Principal::aws(account))
            .on(["*"]),
        Statement::allow([Action::pattern("kms:GenerateDataKey*"), Action::pattern("kms:Decrypt")])
            .sid("AlarmsOfThisAccount")
            .principal(Principal::service("cloudwatch.amazonaws.com"))
            .on(["*"])
            .when(Compare::StringEquals, "aws:SourceAccount", [pseudo::account_id()]),
    ]);
    Key::new()
        .description("Encrypts the alarms of a Parlor stack.")
        .key_policy(Value::unchecked(policy.to_json()))
        .enable_key_rotation(true)
        .pending_window_in_days(7)
        .accept(Judgement::NotRetained, "It guards nothing but messages on their way.")
        .accept(Judgement::Wildcard, "In a key's own policy, `*` is that key.")
        .accept_guard(
            "CT.KMS.PR.3",
            "The service may use the key, not make grants; administrators have policies.",
        )
}

fn topic_policy(topic: &Handle<Topic>) -> TopicPolicy<cfn::Given, cfn::Given> {
    let policy = PolicyDocument::new([
        Statement::allow(actions!["sns:Publish"])
            .sid("AlarmsOfThisAccount")
            .principal(Principal::service("cloudwatch.amazonaws.com"))
            .on([topic.topic_arn()])
            .when(Compare::StringEquals, "aws:SourceAccount", [pseudo::account_id()]),
        Statement::deny(actions!["sns:Publish"])
            .sid("DenyPlainHttp")
            .principal(Principal::anyone())
            .on([topic.topic_arn()])
            .when(Compare::Bool, "aws:SecureTransport", ["false"]),
    ]);
    TopicPolicy::new().topics([topic]).policy_document(Value::unchecked(policy.to_json()))
}
