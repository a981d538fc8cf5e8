//! Cognito: pools that can be signed in to, and roles for the identities of one pool alone.

use serde_json::{Value as Json, json};

use crate::{each_is_found, errors, template};

fn pools() -> Json {
    let trust = json!({ "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Condition": {
            "StringEquals": { "cognito-identity.amazonaws.com:aud": { "Ref": "Identities" } },
            "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" },
        },
    }] });
    let mut template = template([
        (
            "Users",
            "AWS::Cognito::UserPool",
            json!({
                "Schema": [{ "Name": "email", "AttributeDataType": "String" }],
                "UsernameAttributes": ["email"], "AutoVerifiedAttributes": ["email"],
                "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "verified_email", "Priority": 1 }] },
                "MfaConfiguration": "OPTIONAL", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
                "Policies": { "PasswordPolicy": { "MinimumLength": 12 } },
            }),
        ),
        (
            "Client",
            "AWS::Cognito::UserPoolClient",
            json!({
                "UserPoolId": { "Ref": "Users" }, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
                "AllowedOAuthFlows": ["code"], "CallbackURLs": ["https://chat.example/"],
            }),
        ),
        ("Identities", "AWS::Cognito::IdentityPool", json!({ "AllowUnauthenticatedIdentities": false })),
        ("Role", "AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": trust })),
        (
            "Roles",
            "AWS::Cognito::IdentityPoolRoleAttachment",
            json!({
                "IdentityPoolId": { "Ref": "Identities" },
                "Roles": { "authenticated": { "Fn::GetAtt": ["Role", "Arn"] } },
            }),
        ),
    ]);
    for id in ["Users", "Identities"] {
        template["Resources"][id]["DeletionPolicy"] = json!("Retain");
        template["Resources"][id]["UpdateReplacePolicy"] = json!("Retain");
    }
    template
}

fn at(path: &str) -> &'static str {
    let (id, rest) = path.split_once('/').expect("an id and a path");
    Box::leak(format!("/Resources/{id}/Properties/{rest}").into_boxed_str())
}

#[test]
fn a_pool_can_be_signed_in_to_and_updated() {
    each_is_found(
        &pools(),
        &[
            (at("Users/Schema/0/AttributeDataType"), json!(null), "Users", "refuses the next update"),
            (at("Users/AliasAttributes"), json!(["email"]), "Users", "exclude each other"),
            (at("Users/AutoVerifiedAttributes"), json!(null), "Users", "never verified"),
            (at("Users/EnabledMfas"), json!(null), "Users", "has none"),
            (at("Users/EnabledMfas"), json!(["SMS_MFA"]), "Users", "add `SmsConfiguration`"),
            (at("Users/Policies/PasswordPolicy/MinimumLength"), json!(6), "Users", "are guessed"),
            (
                at("Users/UserAttributeUpdateSettings"),
                json!({ "AttributesRequireVerificationBeforeUpdate": ["phone_number"] }),
                "Users",
                "nobody sends the code",
            ),
            (at("Client/AllowedOAuthFlows"), json!(["implicit"]), "Client", "histories"),
            (at("Client/AllowedOAuthFlows"), json!(["client_credentials"]), "Client", "needs a secret"),
            (at("Client/CallbackURLs"), json!(null), "Client", "nowhere to return to"),
            (at("Client/PreventUserExistenceErrors"), json!("LEGACY"), "Client", "tells strangers"),
            (at("Client/EnableTokenRevocation"), json!(false), "Client", "tokens valid"),
            (
                at("Client/ExplicitAuthFlows"),
                json!(["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]),
                "Client",
                "mixes old names",
            ),
        ],
    );
}

#[test]
fn a_role_is_for_the_identities_of_one_pool_signed_in_or_not() {
    let trust = "Role/AssumeRolePolicyDocument/Statement/0";
    let at = |path: &str| self::at(&format!("{trust}/{path}"));
    each_is_found(
        &pools(),
        &[
            (at("Condition/StringEquals"), json!(null), "Role", "identities of any pool"),
            (
                at("Condition/ForAnyValue:StringLike"),
                json!({ "cognito-identity.amazonaws.com:amr": "unauthenticated" }),
                "Roles",
                "given to `authenticated` identities",
            ),
            (at("Action"), json!("sts:AssumeRole"), "Roles", "cannot be taken"),
            (at("Principal"), json!({ "Service": "ec2.amazonaws.com" }), "Roles", "does not trust"),
            (
                "/Resources/Roles/Properties/IdentityPoolId",
                json!("eu-central-1:other"),
                "Roles",
                "identities of another pool",
            ),
            (
                "/Resources/Identities/Properties/AllowUnauthenticatedIdentities",
                json!(true),
                "Identities",
                "anybody gets AWS credentials",
            ),
        ],
    );
}

#[test]
fn guests_by_a_condition_are_asked_for() {
    let mut template = pools();
    template["Conditions"] = json!({ "HasGuests": { "Fn::Equals": ["a", "b"] } });
    let guests = json!({ "Fn::If": ["HasGuests", true, false] });
    crate::plant(&mut template, at("Identities/AllowUnauthenticatedIdentities"), guests);
    assert_eq!(errors(&template), [""; 0]);
}
