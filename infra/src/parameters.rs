//! What whoever deploys may choose, and what follows from it.

use cfn::appsync::FieldLogLevel;
use cfn::condition::{equals, not};
use cfn::lambda::FunctionArchitecture;
use cfn::{ConditionHandle, List, Literal, Parameter, ParameterHandle, Template};
use serde_json::Value as Json;

/// Handles to the parameters and conditions.
pub(crate) struct Parameters {
    pub(crate) stage: ParameterHandle<Stage>,
    pub(crate) allowed_origins: ParameterHandle<List<String>>,
    pub(crate) log_level: ParameterHandle<FieldLogLevel>,
    pub(crate) architecture: ParameterHandle<FunctionArchitecture>,
    pub(crate) guest_access: ParameterHandle<bool>,
    pub(crate) api_key_expires: ParameterHandle<i64>,
    pub(crate) is_production: ConditionHandle,
    pub(crate) allows_guests: ConditionHandle,
    pub(crate) has_api_key_expiry: ConditionHandle,
}

/// What a stack is for.
#[derive(Clone, Copy)]
pub(crate) enum Stage {
    Development,
    Production,
}

impl Literal for Stage {
    fn to_json(&self) -> Json {
        Json::from(match self {
            Self::Development => "development",
            Self::Production => "production",
        })
    }
}

pub(crate) fn add(t: &mut Template) -> Parameters {
    let stage = t.parameter(
        "Stage",
        Parameter::one_of([Stage::Development, Stage::Production]).default(Stage::Development).description(
            "In production, data is protected from deletion and restorable, and logs stay longer.",
        ),
    );
    let allowed_origins = t.parameter(
        "AllowedOrigins",
        Parameter::comma_delimited().default_items(["http://localhost:5173"]).description(
            "Where the front end is served from: origins that may upload and download files (CORS).",
        ),
    );
    let log_level = t.parameter(
        "LogLevel",
        Parameter::one_of([
            FieldLogLevel::None,
            FieldLogLevel::Error,
            FieldLogLevel::Info,
            FieldLogLevel::Debug,
            FieldLogLevel::All,
        ])
        .default(FieldLogLevel::Error)
        .description("What AppSync logs of each field."),
    );
    let architecture = t.parameter(
        "Architecture",
        Parameter::one_of([FunctionArchitecture::Arm64, FunctionArchitecture::X86_64])
            .default(FunctionArchitecture::Arm64)
            .description("What the functions were built for."),
    );
    let guest_access = t.parameter(
        "GuestAccess",
        Parameter::one_of([true, false])
            .default(false)
            .description("Whether people who are not signed in may read and write the public files."),
    );
    let api_key_expires = t.parameter(
        "ApiKeyExpires",
        Parameter::number().default(0).min_value(0).description(
            "When the API key ends, in seconds since 1970, at most 365 days ahead. 0: AppSync's 7 days.",
        ),
    );
    let is_production = t.condition("IsProduction", equals(&stage, Stage::Production));
    let allows_guests = t.condition("AllowsGuests", equals(&guest_access, true));
    let has_api_key_expiry = t.condition("HasApiKeyExpiry", not(equals(&api_key_expires, 0)));
    Parameters {
        stage,
        allowed_origins,
        log_level,
        architecture,
        guest_access,
        api_key_expires,
        is_production,
        allows_guests,
        has_api_key_expiry,
    }
}
