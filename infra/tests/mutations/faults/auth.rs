//! Faults in the user pool, its client and its trigger.

use serde_json::json;

use super::{Fault, fault};

pub(super) fn faults() -> Vec<Fault> {
    vec![
        fault("sign-in flow misspelt", |t| t.set("WebClient/ExplicitAuthFlows/0", "ALLOW_USER_SRP"))
            .compiler("sign_in_flow_misspelt"),
        fault("second factor misspelt", |t| t.set("UserPool/EnabledMfas", json!(["SOFTWARE_TOKEN"])))
            .compiler("second_factor_misspelt"),
        fault("second factor asked for, and none enabled", |t| {
            t.set("UserPool/MfaConfiguration", "ON");
            t.remove("UserPool/EnabledMfas");
        })
        .check("UserPool", "add `EnabledMfas`"),
        fault("second factor by SMS that nothing sends", |t| {
            t.set("UserPool/MfaConfiguration", "ON");
            t.set("UserPool/EnabledMfas", json!(["SMS_MFA"]));
        })
        .check("UserPool", "add `SmsConfiguration`"),
        fault("attribute without its data type", |t| t.remove("UserPool/Schema/1/AttributeDataType"))
            .check("UserPool", "`given_name` has no `AttributeDataType`"),
        fault("two ways to name a user", |t| t.set("UserPool/AliasAttributes", json!(["email"])))
            .check("UserPool", "exclude each other"),
        fault("recovery by an address that nobody verified", |t| {
            t.remove("UserPool/AutoVerifiedAttributes");
            t.remove("UserPool/UserAttributeUpdateSettings");
        })
        .check("UserPool", "never verified"),
        fault("new address to be verified by no code", |t| {
            t.set("UserPool/AutoVerifiedAttributes", json!([]));
        })
        .check("UserPool", "nobody sends the code"),
        fault("passwords of six characters", |t| t.set("UserPool/Policies/PasswordPolicy/MinimumLength", 6))
            .check("UserPool", "are guessed"),
        fault("pool deleted with its stack", |t| t.set("/Resources/UserPool/DeletionPolicy", "Delete"))
            .check("UserPool", "`DeletionPolicy` is `Delete`"),
        fault("tokens that live for two days", |t| t.set("WebClient/AccessTokenValidity", 48))
            .check("WebClient", "`AccessTokenValidity` is `48` hours"),
        fault("unit of a validity misspelt", |t| t.set("WebClient/TokenValidityUnits/IdToken", "hour"))
            .compiler("unit_misspelt"),
        fault("strangers told who has an account", |t| {
            t.set("WebClient/PreventUserExistenceErrors", "LEGACY");
        })
        .check("WebClient", "tells strangers"),
        fault("tokens that outlive the sign-out", |t| t.set("WebClient/EnableTokenRevocation", false))
            .check("WebClient", "leaves the tokens valid"),
        fault("the implicit flow", |t| {
            t.set("WebClient/AllowedOAuthFlows", json!(["implicit"]));
            t.set("WebClient/AllowedOAuthScopes", json!(["openid"]));
            t.set("WebClient/AllowedOAuthFlowsUserPoolClient", true);
            t.set("WebClient/CallbackURLs", json!(["https://chat.example/"]));
        })
        .check("WebClient", "into addresses and histories"),
        fault("a flow with nowhere to return to", |t| {
            t.set("WebClient/AllowedOAuthFlows", json!(["code"]));
            t.set("WebClient/AllowedOAuthScopes", json!(["openid"]));
            t.set("WebClient/AllowedOAuthFlowsUserPoolClient", true);
            if t.0["Resources"]["WebClient"]["Properties"].get("CallbackURLs").is_some() {
                t.remove("WebClient/CallbackURLs");
            }
        })
        .check("WebClient", "add `CallbackURLs`"),
        fault("flows of two ages mixed", |t| t.push("WebClient/ExplicitAuthFlows", "ADMIN_NO_SRP_AUTH"))
            .check("WebClient", "mixes old names"),
        fault("trigger without the permission", |t| t.remove("/Resources/PostConfirmationPermission"))
            .check("UserPool", "which does not let it"),
        fault("permission for another service", |t| {
            t.set("PostConfirmationPermission/Principal", "apigateway.amazonaws.com");
        })
        .check("UserPool", "which does not let it"),
        fault("permission for another function", |t| {
            t.set(
                "PostConfirmationPermission/FunctionName",
                json!({ "Fn::GetAtt": ["ResolversFunction", "Arn"] }),
            );
        })
        .check("UserPool", "which does not let it"),
        fault("permission for another thing than invoking", |t| {
            t.set("PostConfirmationPermission/Action", "lambda:GetFunction");
        })
        .check("UserPool", "which does not let it"),
        fault("permission for calls from elsewhere", |t| {
            t.set("PostConfirmationPermission/SourceArn", json!({ "Fn::GetAtt": ["UploadsBucket", "Arn"] }));
        })
        .check("UserPool", "which does not let it"),
        fault("permission for anybody's pool", |t| t.remove("PostConfirmationPermission/SourceArn"))
            .check("PostConfirmationPermission", "anybody's resources"),
        fault("permission for everybody", |t| t.set("PostConfirmationPermission/Principal", "*"))
            .check("PostConfirmationPermission", "anybody may invoke"),
        fault("cycle of pool and trigger", |t| {
            t.set("PostConfirmation/Environment/Variables/USER_POOL", json!({ "Ref": "UserPool" }));
        })
        .check("PostConfirmation", "depends on itself"),
        fault("a table as the client's pool", |t| {
            t.set("WebClient/UserPoolId", json!({ "Ref": "ChatTable" }))
        })
        .compiler("table_as_pool"),
    ]
}
