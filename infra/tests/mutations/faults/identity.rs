//! Faults in the identity pool and its roles.

use serde_json::json;

use super::{Fault, fault};

pub(super) fn faults() -> Vec<Fault> {
    vec![
        fault("roles of people and guests swapped", |t| {
            let path = "AuthenticatedRole/AssumeRolePolicyDocument/Statement/0/Condition/ForAnyValue:StringLike/cognito-identity.amazonaws.com:amr";
            t.set(path, "unauthenticated");
        })
        .check("IdentityPoolRoles", "given to `authenticated` identities"),
        fault("role for the identities of any pool", |t| {
            t.remove("AuthenticatedRole/AssumeRolePolicyDocument/Statement/0/Condition/StringEquals");
        })
        .check("AuthenticatedRole", "identities of any pool"),
        fault("role for another pool's identities", |t| {
            t.copy("IdentityPool", "PlantedPool");
            t.set("IdentityPoolRoles/IdentityPoolId", json!({ "Ref": "PlantedPool" }));
        })
        .check("IdentityPoolRoles", "identities of another pool"),
        fault("role taken as by a service", |t| {
            t.set("AuthenticatedRole/AssumeRolePolicyDocument/Statement/0/Action", "sts:AssumeRole");
        })
        .check("IdentityPoolRoles", "cannot be taken"),
        fault("role of a function given to people", |t| {
            t.set("IdentityPoolRoles/Roles/authenticated", json!({ "Fn::GetAtt": ["ResolversFunctionRole", "Arn"] }));
        })
        .check("IdentityPoolRoles", "does not trust `cognito-identity.amazonaws.com`"),
        fault("guests in every stage", |t| t.set("IdentityPool/AllowUnauthenticatedIdentities", true))
            .check("IdentityPool", "anybody gets AWS credentials"),
        fault("guests' role referred to without its condition", |t| {
            t.set("IdentityPoolRoles/Roles/unauthenticated", json!({ "Fn::GetAtt": ["GuestRole", "Arn"] }));
        })
        .check("IdentityPoolRoles", "`GuestRole`, which is not there unless `AllowsGuests`"),
        fault("variables in a policy without its version", |t| {
            t.remove("AuthenticatedRole/Policies/0/PolicyDocument/Version");
        })
        .check("AuthenticatedRole", "`2012-10-17` knows"),
        fault("files of all people for everyone signed in", |t| {
            t.statement("AuthenticatedRole", "s3:PutObject")["Resource"] = json!("*");
        })
        .check("AuthenticatedRole", "on `*`: name the ARNs"),
        fault("listing objects, given their ARN", |t| {
            t.statement("AuthenticatedRole", "s3:ListBucket")["Resource"] =
                json!({ "Fn::Sub": "${UploadsBucket.Arn}/*" });
        })
        .check("AuthenticatedRole", "take the bucket's ARN"),
        fault("pool's ARN where its name belongs", |t| {
            let path = "IdentityPool/CognitoIdentityProviders/0/ProviderName";
            t.set(path, json!({ "Fn::GetAtt": ["UserPool", "Arn"] }));
        })
        .compiler("pool_as_client"),
        fault("identity pool deleted with its stack", |t| t.remove("/Resources/IdentityPool/DeletionPolicy"))
            .check("IdentityPool", "`DeletionPolicy` is not set"),
    ]
}
