//! What the specification says to whoever asks for a type or a property by name.
#![allow(clippy::unwrap_used)]
#![cfg(feature = "specification")]

use cfn::specification::{self, Replacement};

#[test]
fn a_change_replaces_the_resource_always_never_or_as_the_case_may_be() {
    for (kind, path, replacement) in [
        ("AWS::DynamoDB::Table", "TableName", Replacement::Always),
        ("AWS::DynamoDB::Table", "BillingMode", Replacement::Never),
        ("AWS::SSM::Document", "Content", Replacement::Conditional),
        ("AWS::Cognito::UserPool", "Policies.PasswordPolicy.MinimumLength", Replacement::Never),
        // A part of what replaces, replaces.
        ("AWS::DynamoDB::Table", "KeySchema.0.AttributeName", Replacement::Always),
        ("AWS::DynamoDB::Table", "KeySchema[0].AttributeName", Replacement::Always),
        ("AWS::DynamoDB::Table", "KeySchema.AttributeName", Replacement::Always),
        // Keys of maps, and what is described no deeper.
        ("AWS::Lambda::Function", "Environment.Variables.TABLE", Replacement::Never),
        ("AWS::IAM::Role", "AssumeRolePolicyDocument.Statement.0.Effect", Replacement::Never),
        ("AWS::RDS::DBInstance", "MasterUsername", Replacement::Always),
    ] {
        let property = specification::property(kind, path).unwrap_or_else(|| panic!("{kind} {path}"));
        assert_eq!(property.replacement, replacement, "{kind} {path}");
    }
}

#[test]
fn what_is_not_in_the_specification_is_not_answered() {
    assert_eq!(specification::property("AWS::DynamoDB::Table", "Colour"), None);
    assert_eq!(specification::property("AWS::DynamoDB::Table", ""), None);
    assert_eq!(specification::property("Custom::Seed", "Rows"), None);
    assert_eq!(specification::documentation("Custom::Seed"), None);
    assert!(!specification::is_stateful("Custom::Seed"));
}

#[test]
fn what_holds_data_is_known_whatever_its_service() {
    for kind in ["AWS::S3::Bucket", "AWS::Cognito::UserPool", "AWS::EFS::FileSystem", "AWS::RDS::DBInstance"]
    {
        assert!(specification::is_stateful(kind), "{kind}");
    }
    assert!(!specification::is_stateful("AWS::IAM::Role"));
}

#[test]
fn pages_bear_the_names_of_types_and_properties() {
    let page = specification::documentation("AWS::S3::Bucket").unwrap();
    assert!(page.ends_with("/aws-resource-s3-bucket.html"), "{page}");
    let path = "LifecycleConfiguration.Rules.0.Status";
    let page = specification::property("AWS::S3::Bucket", path).unwrap().documentation;
    assert!(page.ends_with("/aws-properties-s3-bucket-rule.html#cfn-s3-bucket-rule-status"), "{page}");
}
