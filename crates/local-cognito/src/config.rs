//! What the template says about the pools: the host fills this in, the operations obey it.

use std::time::Duration;

use crate::error::Error;
use crate::password;

/// One Cognito user pool. Its sign-in name is the e-mail (`UsernameAttributes: [email]`), in any case.
#[derive(Debug, Clone)]
pub struct UserPoolConfig {
    /// `<region>_<name>`, e.g. `us-east-1_Parlor`; the part after `_` goes into every password proof.
    pub pool_id: String,
    /// E.g. `us-east-1`.
    pub region: String,
    /// The number of the account, which is in the pool's ARN.
    pub account: String,
    /// The `iss` of every token, e.g. `http://localhost:4000/us-east-1_Parlor`; no slash at the end.
    pub issuer: String,
    /// Standard attributes without which nobody can sign up, e.g. `given_name`.
    pub required_attributes: Vec<String>,
    /// What a password must have.
    pub password_policy: PasswordPolicy,
    /// The app clients, none with a secret.
    pub clients: Vec<ClientConfig>,
    /// Groups a user may be in; made when the pool opens, and as they are here from then on.
    pub groups: Vec<GroupConfig>,
    /// `MfaConfiguration`.
    pub mfa_configuration: MfaConfiguration,
    /// `EnabledMfas`: the second factors that there are, where there are any.
    pub enabled_mfas: Vec<SecondFactor>,
    /// `Policies.SignInPolicy.AllowedFirstAuthFactors`, for the flow `USER_AUTH`; by default the password alone.
    pub first_factors: Vec<FirstFactor>,
    /// `DeviceConfiguration`; `None` remembers no devices.
    pub device_configuration: Option<DeviceConfiguration>,
    /// Whether the pool has a domain (`AWS::Cognito::UserPoolDomain`), and with it Cognito's own sign-in page.
    pub has_sign_in_page: bool,
}

impl UserPoolConfig {
    /// Where everything answers: the issuer without the pool's id.
    pub(crate) fn base_url(&self) -> &str {
        self.issuer.trim_end_matches(&self.pool_id).trim_end_matches('/')
    }

    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:cognito-idp:{}:{}:userpool/{}", self.region, self.account, self.pool_id)
    }

    /// The part of the pool's id that SRP hashes.
    pub(crate) fn pool_name(&self) -> &str {
        self.pool_id.split_once('_').map_or(self.pool_id.as_str(), |(_, name)| name)
    }

    /// Whether people may have no password: there is another first factor.
    pub(crate) fn is_passwordless(&self) -> bool {
        self.first_factors.iter().any(|factor| *factor != FirstFactor::Password)
    }

    /// Cognito refuses such pools, too.
    fn check_factors(&self) -> Result<(), String> {
        let mfa = self.mfa_configuration;
        if mfa == MfaConfiguration::On && self.is_passwordless() {
            return Err(
                "where MfaConfiguration is ON, PASSWORD must be the only one of AllowedFirstAuthFactors"
                    .to_owned(),
            );
        }
        if !self.first_factors.contains(&FirstFactor::Password) {
            return Err("AllowedFirstAuthFactors must have PASSWORD".to_owned());
        }
        if mfa != MfaConfiguration::Off && self.enabled_mfas.is_empty() {
            return Err(format!("MfaConfiguration is {}, but EnabledMfas names no factor", mfa.as_str()));
        }
        Ok(())
    }

    /// Says what the clients could not work with.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
        let has_region = self.pool_id.strip_prefix(&self.region).and_then(|rest| rest.strip_prefix('_'));
        if !has_region.is_some_and(is_plain) {
            return Err(format!("the pool id {} is not {}_<letters and digits>", self.pool_id, self.region));
        }
        if !self.issuer.ends_with(&format!("/{}", self.pool_id)) {
            return Err(format!("the issuer {} does not end with /{}", self.issuer, self.pool_id));
        }
        self.check_factors()?;
        self.clients.iter().try_for_each(ClientConfig::check)
    }
}

/// `Policies.PasswordPolicy` of the template; the default is that of a Cognito pool which sets none.
#[derive(Debug, Clone)]
pub struct PasswordPolicy {
    /// In characters.
    pub minimum_length: usize,
    /// At least one of `a`–`z`.
    pub require_lowercase: bool,
    /// At least one of `A`–`Z`.
    pub require_uppercase: bool,
    /// At least one of `0`–`9`.
    pub require_numbers: bool,
    /// At least one of Cognito's symbols, e.g. `!` or an inner space.
    pub require_symbols: bool,
    /// `TemporaryPasswordValidityDays`: how long a password that an operator set is good.
    pub temporary_password_validity: Duration,
}

impl PasswordPolicy {
    /// Refuses a password that signing up would refuse, in AWS's words.
    pub fn check(&self, password: &str) -> Result<(), Error> {
        password::check(self, password)
    }

    /// For who is to choose a password.
    pub(crate) fn describe(&self) -> String {
        let kinds = [
            (self.require_lowercase, "a small letter"),
            (self.require_uppercase, "a capital"),
            (self.require_numbers, "a digit"),
            (self.require_symbols, "a symbol"),
        ];
        let wanted: Vec<_> =
            kinds.iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, kind)| *kind).collect();
        match wanted.split_last() {
            None => format!("At least {} characters.", self.minimum_length),
            Some((one, [])) => format!("At least {} characters, with {one}.", self.minimum_length),
            Some((last, others)) => {
                format!("At least {} characters, with {} and {last}.", self.minimum_length, others.join(", "))
            }
        }
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        PasswordPolicy {
            minimum_length: 8,
            require_lowercase: true,
            require_uppercase: true,
            require_numbers: true,
            require_symbols: true,
            temporary_password_validity: 7 * 24 * HOUR,
        }
    }
}

/// One app client (`AWS::Cognito::UserPoolClient`); the defaults are Cognito's.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// What front ends send as `ClientId`.
    pub client_id: String,
    /// For people.
    pub name: String,
    /// E.g. `ALLOW_USER_SRP_AUTH`; empty means Cognito's default: SRP, custom and refresh.
    pub explicit_auth_flows: Vec<String>,
    /// How long an access token is good.
    pub access_token_validity: Duration,
    /// How long an id token is good.
    pub id_token_validity: Duration,
    /// How long a sign-in can be refreshed.
    pub refresh_token_validity: Duration,
    /// `PreventUserExistenceErrors: ENABLED`: strangers cannot learn who has an account by signing in.
    pub prevent_user_existence_errors: bool,
    /// `EnableTokenRevocation`: tokens carry `origin_jti` and `RevokeToken` works.
    pub token_revocation: bool,
    /// `RefreshTokenRotation`, if it is enabled.
    pub refresh_token_rotation: Option<RefreshTokenRotation>,
    /// `AuthSessionValidity`: how long people have for each step of a sign-in.
    pub auth_session_validity: Duration,
    /// `AllowedOAuthFlowsUserPoolClient` and what belongs to it; `None` keeps the client off the sign-in page.
    pub oauth: Option<OAuthConfig>,
}

/// One group (`AWS::Cognito::UserPoolGroup`).
#[derive(Debug, Clone, Default)]
pub struct GroupConfig {
    /// `GroupName`.
    pub name: String,
    /// `Description`, for people.
    pub description: Option<String>,
    /// `Precedence`: of several groups, that with the lowest says the preferred role.
    pub precedence: Option<i64>,
    /// `RoleArn`: what ID tokens of its members tell as `cognito:roles`.
    pub role_arn: Option<String>,
}

/// What a client may do with Cognito's own sign-in page.
#[derive(Debug, Clone, Default)]
pub struct OAuthConfig {
    /// `CallbackURLs`: where people who signed in may be sent, word for word.
    pub callback_urls: Vec<String>,
    /// `LogoutURLs`: the same for people who signed out.
    pub logout_urls: Vec<String>,
    /// `AllowedOAuthScopes`, e.g. `openid`.
    pub scopes: Vec<String>,
    /// Whether `AllowedOAuthFlows` has `code`, the only flow that is served.
    pub allows_code: bool,
}

impl ClientConfig {
    /// Cognito's limits; revocation relies on the upper ones.
    fn check(&self) -> Result<(), String> {
        let day = 24 * HOUR;
        if self.access_token_validity > day || self.id_token_validity > day {
            return Err(format!("access and id tokens of client {} may last a day at most", self.client_id));
        }
        if self.refresh_token_validity > 3650 * day {
            return Err(format!("refresh tokens of client {} may last ten years at most", self.client_id));
        }
        if !(3 * MINUTE..=15 * MINUTE).contains(&self.auth_session_validity) {
            return Err(format!("AuthSessionValidity of client {} must be 3 to 15 minutes", self.client_id));
        }
        Ok(())
    }
}

/// How devices are remembered.
#[derive(Debug, Clone, Copy)]
pub struct DeviceConfiguration {
    /// `ChallengeRequiredOnNewDevice`: a remembered device takes the place of the second factor.
    pub challenge_required_on_new_device: bool,
    /// `DeviceOnlyRememberedOnUserPrompt`: a device is remembered when the user says so, not by itself.
    pub device_only_remembered_on_user_prompt: bool,
}

/// Every refresh replaces the refresh token; the new one ends when the first would have.
#[derive(Debug, Clone, Copy)]
pub struct RefreshTokenRotation {
    /// `RetryGracePeriodSeconds`: how long the replaced one is still taken; in AWS a minute at most.
    pub retry_grace_period: Duration,
}

/// Who must prove more than a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MfaConfiguration {
    /// Nobody; there is no second factor.
    Off,
    /// Who has set one up.
    Optional,
    /// Everybody: who has none sets one up when signing in.
    On,
}

/// A second factor, by the name that it has in `EnabledMfas`, in challenges and in a user's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// `SOFTWARE_TOKEN_MFA`: a code of an authenticator app.
    SoftwareToken,
    /// `SMS_MFA`: a code sent to the phone number.
    Sms,
    /// `EMAIL_OTP`: a code sent to the e-mail address.
    Email,
}

impl SecondFactor {
    /// The factor of this name; `None` if there is no such factor here.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [SecondFactor::SoftwareToken, SecondFactor::Sms, SecondFactor::Email];
        all.into_iter().find(|factor| factor.as_str() == name)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            SecondFactor::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            SecondFactor::Sms => "SMS_MFA",
            SecondFactor::Email => "EMAIL_OTP",
        }
    }
}

/// What a sign-in by `USER_AUTH` may begin with, by its name in `AllowedFirstAuthFactors`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstFactor {
    /// `PASSWORD`, also by SRP.
    Password,
    /// `EMAIL_OTP`: a code sent to the e-mail address.
    EmailOtp,
    /// `SMS_OTP`: a code sent to the phone number.
    SmsOtp,
}

impl FirstFactor {
    /// The factor of this name; `None` if there is no such factor here, as `WEB_AUTHN`.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [FirstFactor::Password, FirstFactor::EmailOtp, FirstFactor::SmsOtp];
        all.into_iter().find(|factor| factor.as_str() == name)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            FirstFactor::Password => "PASSWORD",
            FirstFactor::EmailOtp => "EMAIL_OTP",
            FirstFactor::SmsOtp => "SMS_OTP",
        }
    }
}

impl MfaConfiguration {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            MfaConfiguration::Off => "OFF",
            MfaConfiguration::Optional => "OPTIONAL",
            MfaConfiguration::On => "ON",
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

impl Default for ClientConfig {
    fn default() -> Self {
        ClientConfig {
            client_id: String::new(),
            name: String::new(),
            explicit_auth_flows: Vec::new(),
            access_token_validity: HOUR,
            id_token_validity: HOUR,
            refresh_token_validity: 30 * 24 * HOUR,
            prevent_user_existence_errors: false,
            token_revocation: true,
            refresh_token_rotation: None,
            auth_session_validity: 3 * MINUTE,
            oauth: None,
        }
    }
}

/// One Cognito identity pool.
#[derive(Debug, Clone)]
pub struct IdentityPoolConfig {
    /// `<region>:<guid>`.
    pub identity_pool_id: String,
    /// `AllowUnauthenticatedIdentities`.
    pub allow_guests: bool,
    /// `CognitoIdentityProviders` of the template.
    pub providers: Vec<IdentityProvider>,
}

/// A user pool's client whose id tokens the identity pool accepts.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    /// The issuer without its scheme, e.g. `localhost:4000/us-east-1_Parlor`: the key in `Logins`.
    pub provider_name: String,
    /// The `aud` that an id token must have.
    pub client_id: String,
}
