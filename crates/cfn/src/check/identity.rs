//! Cognito: user pools that can be signed in to, identity pools whose roles are for their own people alone.

use serde_json::Value as Json;

use super::policies::list;
use super::problem::{Findings, Judgement};
use super::view::{Resource, View, alternatives, entries};

const IDENTITIES: &str = "cognito-identity.amazonaws.com";

pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_>) {
    for pool in view.of("AWS::Cognito::UserPool") {
        attributes(pool, findings);
        second_factor(view, pool, findings);
        password(view, pool, findings);
    }
    for client in view.of("AWS::Cognito::UserPoolClient") {
        self::client(view, client, findings);
    }
    for pool in view.of("AWS::Cognito::IdentityPool") {
        let guests = view.values(pool, "AllowUnauthenticatedIdentities");
        if !guests.is_empty() && guests.iter().all(|value| **value == true || **value == "true") {
            let text =
                "anybody gets AWS credentials from it (`AllowUnauthenticatedIdentities`): set it to `false`";
            findings.judge(pool, Judgement::Public, text);
        }
    }
    for attachment in view.of("AWS::Cognito::IdentityPoolRoleAttachment") {
        attached(view, attachment, findings);
    }
    for role in view.of("AWS::IAM::Role") {
        for statement in list(role.get("AssumeRolePolicyDocument.Statement")) {
            if statement["Principal"]["Federated"] == IDENTITIES && condition(statement, "aud").is_empty() {
                let text = format!(
                    "identities of any pool, of any account, may take it: compare `{IDENTITIES}:aud` with your pool"
                );
                findings.error(role.id, text);
            }
        }
    }
}

/// Source: `CreateUserPool` and `UpdateUserPool` in Cognito's API reference.
fn attributes(pool: Resource<'_>, findings: &mut Findings<'_>) {
    for attribute in pool.items("Schema") {
        if attribute["AttributeDataType"].is_null() {
            let name = attribute["Name"].as_str().unwrap_or("…");
            let text = format!(
                "its attribute `{name}` has no `AttributeDataType`, and Cognito then refuses the next update: set it"
            );
            findings.error(pool.id, text);
        }
    }
    if !pool.get("UsernameAttributes").is_null() && !pool.get("AliasAttributes").is_null() {
        let text = "it has `UsernameAttributes` and `AliasAttributes`, which exclude each other: remove one";
        findings.error(pool.id, text);
    }
    let verified: Vec<&str> = pool.items("AutoVerifiedAttributes").filter_map(Json::as_str).collect();
    for name in pool.items("UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate") {
        if let Some(name) = name.as_str().filter(|name| !verified.contains(name)) {
            let text = format!(
                "a new `{name}` has to be verified, but nobody sends the code: add it to `AutoVerifiedAttributes`"
            );
            findings.error(pool.id, text);
        }
    }
    let ways: Vec<&Json> = pool.items("AccountRecoverySetting.RecoveryMechanisms").collect();
    let by = |name: &str| ways.iter().any(|way| way["Name"] == name);
    let useless = ways.len() == 1
        && (by("verified_email") && !verified.contains(&"email")
            || by("verified_phone_number") && !verified.contains(&"phone_number"));
    if useless {
        let text = "forgotten passwords are recovered by an address that is never verified: add it to `AutoVerifiedAttributes`";
        findings.error(pool.id, text);
    }
}

fn second_factor(view: &View<'_>, pool: Resource<'_>, findings: &mut Findings<'_>) {
    let modes = view.values(pool, "MfaConfiguration");
    let is_on = modes.iter().any(|mode| **mode == "ON" || **mode == "OPTIONAL");
    let has_factor = pool.items("EnabledMfas").next().is_some() || !pool.get("SmsConfiguration").is_null();
    if is_on && !has_factor {
        let text =
            "it asks for a second factor, and has none: add `EnabledMfas`, such as `SOFTWARE_TOKEN_MFA`";
        findings.error(pool.id, text);
    }
    let by_sms = pool.items("EnabledMfas").any(|factor| factor == "SMS_MFA");
    if is_on && by_sms && pool.get("SmsConfiguration").is_null() {
        findings
            .error(pool.id, "its second factor is an SMS, and nothing may send one: add `SmsConfiguration`");
    }
}

fn password(view: &View<'_>, pool: Resource<'_>, findings: &mut Findings<'_>) {
    for length in view.values(pool, "Policies.PasswordPolicy.MinimumLength") {
        if length.as_i64().is_some_and(|length| (6..8).contains(&length)) {
            let text =
                format!("passwords of {length} characters are guessed: set `MinimumLength` to 8 or more");
            findings.judge(pool, Judgement::WeakSignIn, text);
        }
    }
}

fn client(view: &View<'_>, client: Resource<'_>, findings: &mut Findings<'_>) {
    if view.values(client, "PreventUserExistenceErrors").iter().any(|value| **value == "LEGACY") {
        let text = "it tells strangers who has an account: set `PreventUserExistenceErrors` to `ENABLED`";
        findings.judge(client, Judgement::WeakSignIn, text);
    }
    if view.values(client, "EnableTokenRevocation").iter().any(|value| **value == false) {
        let text = "signing out leaves the tokens valid: set `EnableTokenRevocation`";
        findings.judge(client, Judgement::WeakSignIn, text);
    }
    let flows: Vec<&Json> = client.items("AllowedOAuthFlows").collect();
    if flows.iter().any(|flow| **flow == "implicit") {
        let text = "the `implicit` flow puts tokens into addresses and histories: use `code`, with PKCE";
        findings.judge(client, Judgement::WeakSignIn, text);
    }
    let needs_address = flows.iter().any(|flow| **flow == "code" || **flow == "implicit");
    if needs_address && client.get("CallbackURLs").is_null() {
        findings.error(client.id, "its OAuth flow has nowhere to return to: add `CallbackURLs`");
    }
    if flows.iter().any(|flow| **flow == "client_credentials") && client.get("GenerateSecret") != true {
        findings.error(client.id, "the flow `client_credentials` needs a secret: set `GenerateSecret`");
    }
    let names: Vec<&str> = client.items("ExplicitAuthFlows").filter_map(Json::as_str).collect();
    let is_new = |name: &&str| name.starts_with("ALLOW_");
    if names.iter().any(is_new) && !names.iter().all(is_new) {
        let text = "`ExplicitAuthFlows` mixes old names with those that begin with `ALLOW_`: use the latter";
        findings.error(client.id, text);
    }
}

/// The role for signed-in people is theirs, the role for guests is the guests', and both are of this pool.
fn attached(view: &View<'_>, attachment: Resource<'_>, findings: &mut Findings<'_>) {
    for (name, value) in entries(attachment.get("Roles")) {
        for role in alternatives(value).into_iter().filter_map(|value| view.target(value)) {
            let statements = list(role.get("AssumeRolePolicyDocument.Statement"));
            let own: Vec<&&Json> = statements
                .iter()
                .filter(|statement| statement["Principal"]["Federated"] == IDENTITIES)
                .collect();
            if role.kind == "AWS::IAM::Role" && own.is_empty() {
                let text =
                    format!("`{}` does not trust `{IDENTITIES}`: name it as `Federated` principal", role.id);
                findings.error(attachment.id, text);
            }
            for statement in own {
                if !list(&statement["Action"])
                    .iter()
                    .any(|action| **action == "sts:AssumeRoleWithWebIdentity")
                {
                    let text =
                        format!("`{}` cannot be taken: allow `sts:AssumeRoleWithWebIdentity`", role.id);
                    findings.error(attachment.id, text);
                }
                let amr = condition(statement, "amr");
                if !amr.is_empty() && !amr.iter().any(|value| **value == name || !value.is_string()) {
                    let text = format!(
                        "`{}` is given to `{name}` identities, but its trust policy wants others: compare \
                         `{IDENTITIES}:amr` with `{name}`",
                        role.id
                    );
                    findings.error(attachment.id, text);
                }
                let pool = attachment.get("IdentityPoolId");
                let aud = condition(statement, "aud");
                if !aud.is_empty() && !aud.iter().any(|value| view.is_same(value, pool)) {
                    let text = format!("`{}` trusts the identities of another pool: name this one", role.id);
                    findings.error(attachment.id, text);
                }
            }
        }
    }
}

/// What a trust policy compares a claim of the identity with.
fn condition<'a>(statement: &'a Json, claim: &str) -> Vec<&'a Json> {
    let key = format!("{IDENTITIES}:{claim}");
    entries(&statement["Condition"]).flat_map(|(_, compared)| list(&compared[&key])).collect()
}
