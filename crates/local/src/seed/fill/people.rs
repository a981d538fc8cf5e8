//! Somebody of the seed signs up, and in.

use serde_json::{Value, json};

use super::Filling;
use crate::seed::client::Refusal;
use crate::seed::{Person, SeedError};

/// Somebody who has come in.
pub(super) struct SignedIn {
    pub(super) id: String,
    pub(super) token: String,
}

impl Filling<'_> {
    /// Signs up, if need be, and in.
    pub(super) async fn person(&mut self, person: &Person) -> Result<(), SeedError> {
        let Person { line, email, password, attributes, groups } = person;
        let refused = |what: &str, reason: Refusal| {
            self.seed.refused(*line, format!("{email}: {what}"), reason.to_string())
        };
        let (front_end, client) = (self.front_end, &self.password_client);
        let attributes: Vec<Value> =
            attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        let sign_up = json!({
            "ClientId": client, "Username": email, "Password": password, "UserAttributes": attributes,
        });
        let (is_new, wants_code) = match front_end.cognito("SignUp", &sign_up).await {
            // A PreSignUp function may confirm people by itself.
            Ok(answer) => (true, answer["UserConfirmed"] != true),
            Err(refusal) if refusal.name == "UsernameExistsException" => (false, false),
            Err(refusal) => return Err(refused("SignUp", refusal)),
        };
        let name = json!({ "ClientId": client, "Username": email });
        if wants_code {
            self.confirm(email).await.map_err(|refusal| refused("ConfirmSignUp", refusal))?;
        }
        let token = match self.sign_in(email, password).await {
            // Somebody signed up and did not come to the end, perhaps an interrupted seed.
            Err(refusal) if refusal.name == "UserNotConfirmedException" => {
                let sent = front_end.cognito("ResendConfirmationCode", &name).await;
                sent.map_err(|refusal| refused("ResendConfirmationCode", refusal))?;
                self.confirm(email).await.map_err(|refusal| refused("ConfirmSignUp", refusal))?;
                self.sign_in(email, password).await
            }
            signed_in => signed_in,
        };
        let token = token.map_err(|refusal| {
            refused("the account is there, and its password is not the seed's, or it asks for more", refusal)
        })?;
        for group in groups {
            let added = front_end.cognito.add_user_to_group(email, group).await;
            added
                .map_err(|error| self.seed.refused(*line, format!("{email}: {group}"), error.to_string()))?;
        }
        let me = front_end.graphql(&token, "{ me { id } }", json!({})).await;
        let me = me.map_err(|refusal| refused("me", refusal))?;
        let id = me["id"].as_str().unwrap_or_default().to_owned();
        self.people.push(SignedIn { id, token });
        self.filled.people += usize::from(is_new);
        Ok(())
    }

    async fn confirm(&self, email: &str) -> Result<(), Refusal> {
        let code = self.front_end.code(email).await?;
        let confirm =
            json!({ "ClientId": self.password_client, "Username": email, "ConfirmationCode": code });
        self.front_end.cognito("ConfirmSignUp", &confirm).await.map(drop)
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<String, Refusal> {
        let initiate = json!({
            "ClientId": self.password_client,
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": email, "PASSWORD": password },
        });
        let answer = self.front_end.cognito("InitiateAuth", &initiate).await?;
        let token = answer["AuthenticationResult"]["AccessToken"].as_str().map(str::to_owned);
        token.ok_or_else(|| Refusal {
            name: answer["ChallengeName"].as_str().unwrap_or("InitiateAuth").to_owned(),
            message: "a seed has nothing but the password to sign in with".to_owned(),
        })
    }
}
