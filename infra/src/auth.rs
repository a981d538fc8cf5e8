//! Who people are: the user pool, the clients, the groups, and the function that makes profiles.

use cfn::cognito::{
    AccessToken, AccountRecoverySetting, AdminCreateUserConfig, AllowedFirstAuthFactor, AttributeDataType,
    AttributesRequireVerificationBeforeUpdate, AutoVerifiedAttribute, DeletionProtection, EnabledMfa,
    ExplicitAuthFlow, IdToken, PasswordPolicy, Policies, PreventUserExistenceErrors, RecoveryOption,
    RecoveryOptionName, RefreshToken, SchemaAttribute, SignInPolicy, TokenValidityUnits,
    UserAttributeUpdateSettings, UserPool, UserPoolClient, UserPoolGroup, UserPoolLambdaConfig,
    UsernameAttribute, UsernameConfiguration,
};
use cfn::{Handle, List, Template, Value, actions, if_, lambda, list, no_value, prelude::*};

use crate::data::Data;
use crate::functions::Function;
use crate::parameters::Parameters;
use crate::sign_in_page::SignInPage;

/// The groups of people: logical id, name in their tokens, and rank, the lowest number first.
///
/// No parameter: a template loops over a list by a macro alone (`AWS::LanguageExtensions`), which nothing that
/// reads a template before it is deployed understands; and a group is of use only where code knows its name.
const GROUPS: [(&str, &str, i32); 1] = [("AdminGroup", "admin", 1)];

/// Handles to the pool and its client.
pub(crate) struct Auth {
    pub(crate) user_pool: Handle<UserPool>,
    pub(crate) web_client: Handle<UserPoolClient>,
    /// Only where [`Parameters::has_command_line`] holds.
    pub(crate) command_line_client: Handle<UserPoolClient>,
}

pub(crate) fn add(t: &mut Template, parameters: &Parameters, data: &Data, page: &SignInPage) -> Auth {
    // Cognito waits 5 s for a trigger, so it is not given longer. It learns the pool's id from its event: were
    // it to refer to the pool, they would depend on each other.
    let mut post_confirmation = Function::new("PostConfirmation", "post-confirmation", 128, 5);
    data.chat_table.grant(actions!["dynamodb:PutItem"], &mut post_confirmation);
    let post_confirmation = post_confirmation.add(t, parameters);

    let user_pool = t.add("UserPool", user_pool(parameters, &post_confirmation));
    t.add(
        "PostConfirmationPermission",
        lambda::Permission::new()
            .function_name(&post_confirmation)
            .action("lambda:InvokeFunction")
            .principal("cognito-idp.amazonaws.com")
            .source_arn(&user_pool),
    );
    let web_client = t.add("WebClient", page.for_client(client(&user_pool, web_flows(parameters))));
    // It sends the password itself, which SRP never does: with curl, which cannot do SRP.
    let command_line_client = t.add(
        "CommandLineClient",
        client(
            &user_pool,
            [ExplicitAuthFlow::AllowUserPasswordAuth, ExplicitAuthFlow::AllowRefreshTokenAuth],
        )
        .condition(&parameters.has_command_line),
    );
    page.of(t, &user_pool);
    for (id, name, precedence) in GROUPS {
        let group = UserPoolGroup::new().user_pool_id(&user_pool).group_name(name).precedence(precedence);
        t.add(id, group);
    }
    Auth { user_pool, web_client, command_line_client }
}

/// Sign-in settings and schema can never change once the pool exists; everything else can.
fn user_pool(parameters: &Parameters, post_confirmation: &Handle<lambda::Alias>) -> UserPool {
    // Without its data type, Cognito refuses the next update of the pool.
    let required = |name: &str| {
        SchemaAttribute::new()
            .name(name)
            .attribute_data_type(AttributeDataType::String)
            .required(true)
            .mutable(true)
    };
    UserPool::new()
        .username_attributes([UsernameAttribute::Email])
        .username_configuration(UsernameConfiguration::new().case_sensitive(false))
        .schema([required("email"), required("given_name"), required("family_name")])
        .auto_verified_attributes([AutoVerifiedAttribute::Email])
        .user_attribute_update_settings(
            // A new address takes over only once its owner has proved it.
            UserAttributeUpdateSettings::new().attributes_require_verification_before_update([
                AttributesRequireVerificationBeforeUpdate::Email,
            ]),
        )
        .admin_create_user_config(AdminCreateUserConfig::new().allow_admin_create_user_only(false))
        .policies(
            Policies::new()
                .sign_in_policy(if_(
                    &parameters.signs_in_by_email,
                    SignInPolicy::new().allowed_first_auth_factors([
                        AllowedFirstAuthFactor::Password,
                        AllowedFirstAuthFactor::EmailOtp,
                    ]),
                    no_value(),
                ))
                .password_policy(
                    PasswordPolicy::new()
                        .minimum_length(8)
                        .require_lowercase(true)
                        .require_uppercase(true)
                        .require_numbers(true)
                        .require_symbols(true)
                        .temporary_password_validity_days(3),
                ),
        )
        .account_recovery_setting(
            AccountRecoverySetting::new().recovery_mechanisms([RecoveryOption::new()
                .name(RecoveryOptionName::VerifiedEmail)
                .priority(1)]),
        )
        .mfa_configuration(&parameters.mfa)
        // Cognito refuses factors where there is to be none.
        .enabled_mfas(if_(&parameters.has_mfa, [EnabledMfa::SoftwareTokenMfa], no_value()))
        .deletion_protection(if_(
            &parameters.is_production,
            DeletionProtection::Active,
            DeletionProtection::Inactive,
        ))
        .lambda_config(UserPoolLambdaConfig::new().post_confirmation(post_confirmation))
        .retain()
}

/// With a code by e-mail, people choose what to sign in with: `USER_AUTH`.
fn web_flows(parameters: &Parameters) -> Value<List<ExplicitAuthFlow>> {
    list![
        ExplicitAuthFlow::AllowUserSrpAuth,
        ExplicitAuthFlow::AllowRefreshTokenAuth,
        if_(&parameters.signs_in_by_email, ExplicitAuthFlow::AllowUserAuth, no_value()),
    ]
}

fn client(
    user_pool: &Handle<UserPool>,
    flows: impl Into<Value<List<ExplicitAuthFlow>>>,
) -> UserPoolClient<cfn::Given> {
    UserPoolClient::new()
        .user_pool_id(user_pool)
        .generate_secret(false)
        .explicit_auth_flows(flows)
        .supported_identity_providers(["COGNITO"])
        .access_token_validity(1)
        .id_token_validity(1)
        .refresh_token_validity(30)
        .token_validity_units(
            TokenValidityUnits::new()
                .access_token(AccessToken::Hours)
                .id_token(IdToken::Hours)
                .refresh_token(RefreshToken::Days),
        )
        .enable_token_revocation(true)
        .prevent_user_existence_errors(PreventUserExistenceErrors::Enabled)
}
