//! Pseudo parameters: what CloudFormation knows of the deployment itself.

use serde_json::json;

use crate::value::Value;

/// `AWS::AccountId`, twelve digits.
#[must_use]
pub fn account_id() -> Value<String> {
    Value::intrinsic("Ref", json!("AWS::AccountId"))
}

/// `AWS::Partition`: `aws`, `aws-cn` or `aws-us-gov`, the second part of every ARN.
#[must_use]
pub fn partition() -> Value<String> {
    Value::intrinsic("Ref", json!("AWS::Partition"))
}

/// `AWS::Region`, such as `eu-central-1`.
#[must_use]
pub fn region() -> Value<String> {
    Value::intrinsic("Ref", json!("AWS::Region"))
}

/// `AWS::StackName`.
#[must_use]
pub fn stack_name() -> Value<String> {
    Value::intrinsic("Ref", json!("AWS::StackName"))
}

/// `AWS::StackId`, the stack's ARN.
#[must_use]
pub fn stack_id() -> Value<String> {
    Value::intrinsic("Ref", json!("AWS::StackId"))
}

/// `AWS::URLSuffix`: `amazonaws.com`, and `amazonaws.com.cn` in China.
#[must_use]
pub fn url_suffix() -> Value<String> {
    Value::intrinsic("Ref", json!("AWS::URLSuffix"))
}
