//! What whoever deploys may choose, and what follows from it.

use cfn::appsync::FieldLogLevel;
use cfn::cognito::MfaConfiguration;
use cfn::condition::{and, equals, not, or};
use cfn::lambda::FunctionArchitecture;
use cfn::{ConditionHandle, List, Literal, Parameter, ParameterHandle, Rule, Template, Value, split};
use serde_json::Value as Json;

use crate::alarms::Alarms;
use crate::build::Build;

/// The headings under which the console shows the parameters.
const BASICS: &str = "Basics";
const PEOPLE: &str = "People";
const OPERATIONS: &str = "Operations";

/// A front end under development.
const LOCALHOST: &str = "http://localhost:5173";

/// Schemes, hosts and ports, with commas between.
const ORIGINS: &str = r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(,https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)*";

/// What all parts share: handles to the parameters and conditions, and what the functions were built to.
pub(crate) struct Parameters {
    pub(crate) build: Build,
    pub(crate) stage: ParameterHandle<Stage>,
    pub(crate) allowed_origins: Value<List<String>>,
    pub(crate) log_level: ParameterHandle<FieldLogLevel>,
    pub(crate) architecture: ParameterHandle<FunctionArchitecture>,
    pub(crate) guest_access: ParameterHandle<bool>,
    pub(crate) api_key_expires: ParameterHandle<i64>,
    pub(crate) mfa: ParameterHandle<MfaConfiguration>,
    /// Whom to tell of what is wrong.
    pub(crate) alarms: Alarms,
    pub(crate) is_production: ConditionHandle,
    /// People may sign in from a command line, by their password as it is.
    pub(crate) has_command_line: ConditionHandle,
    pub(crate) has_mfa: ConditionHandle,
    /// People may sign in by a code in an e-mail, without a password.
    pub(crate) signs_in_by_email: ConditionHandle,
    pub(crate) restores_tables: ConditionHandle,
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

/// What is on in production, unless it is asked for or refused.
#[derive(Clone, Copy)]
enum Switch {
    ByStage,
    On,
    Off,
}

impl Literal for Switch {
    fn to_json(&self) -> Json {
        Json::from(match self {
            Self::ByStage => "by-stage",
            Self::On => "on",
            Self::Off => "off",
        })
    }
}

pub(crate) fn add(t: &mut Template, build: &Build) -> Parameters {
    let stage = t.parameter(
        "Stage",
        Parameter::one_of([Stage::Development, Stage::Production])
            .default(Stage::Development)
            .description(
                "In production, data is protected and restorable, logs stay longer, and alarms ring.",
            )
            .group(BASICS)
            .label("What the stack is for"),
    );
    let allowed_origins = t.parameter(
        "AllowedOrigins",
        Parameter::text()
            .default(LOCALHOST)
            .description("Where the front end is served from: origins that may call from a browser (CORS).")
            // No `*`: S3 would take it for any part of a name, the REST API and its stage's variable take none.
            .allowed_pattern(ORIGINS)
            // It may become a part of a version's description, which has 256 characters.
            .max_length(200)
            .constraint_description(
                "Origins with commas between them, each in full, no spaces, paths or `*`: https://chat.example",
            )
            .group(BASICS)
            .label("Origins of the front end"),
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
        .description("What AppSync logs of each field.")
        .group(OPERATIONS)
        .label("Log level of AppSync"),
    );
    let architecture = t.parameter(
        "Architecture",
        Parameter::one_of([FunctionArchitecture::Arm64, FunctionArchitecture::X86_64])
            .default(FunctionArchitecture::Arm64)
            .description("What the functions were built for.")
            .group(OPERATIONS)
            .label("Processor of the functions"),
    );
    let guest_access = t.parameter(
        "GuestAccess",
        Parameter::one_of([true, false])
            .default(false)
            .description("Whether people who are not signed in may read and write the public files.")
            .group(PEOPLE)
            .label("Guests"),
    );
    let api_key_expires = t.parameter(
        "ApiKeyExpires",
        Parameter::number()
            .default(0)
            .min_value(0)
            .description(
                "When the API key ends, in seconds since 1970, at most 365 days ahead. 0: AppSync's 7 days.",
            )
            .constraint_description("Seconds since 1970, or 0.")
            .group(OPERATIONS)
            .label("End of the API key"),
    );
    let mfa = t.parameter(
        "Mfa",
        Parameter::one_of([MfaConfiguration::Off, MfaConfiguration::Optional, MfaConfiguration::On])
            .default(MfaConfiguration::Optional)
            .description("Whether people may, or must, sign in with a code of an authenticator app, too.")
            .group(PEOPLE)
            .label("Second factor"),
    );
    let email_sign_in = t.parameter(
        "EmailSignIn",
        Parameter::one_of([true, false])
            .default(false)
            .description(
                "Whether people may sign in with a code sent to their e-mail address, without a password.",
            )
            .group(PEOPLE)
            .label("Sign-in by e-mail"),
    );
    let point_in_time_recovery = t.parameter(
        "PointInTimeRecovery",
        Parameter::one_of([Switch::ByStage, Switch::On, Switch::Off])
            .default(Switch::ByStage)
            .description(
                "Whether the tables can be set back to any second of the last 35 days; by stage: in production.",
            )
            .group(OPERATIONS)
            .label("Point-in-time recovery"),
    );
    let alarm_email = t.parameter(
        "AlarmEmail",
        Parameter::text()
            .default("")
            .description(
                "Whom alarms tell; AWS asks them first. Empty: nobody, and alarms in production alone.",
            )
            .allowed_pattern(r"|[^@\s]+@[^@\s]+\.[^@\s]+")
            .max_length(254)
            .constraint_description("An e-mail address, or nothing.")
            .group(OPERATIONS)
            .label("E-mail address for alarms"),
    );
    let is_production = t.condition("IsProduction", equals(&stage, Stage::Production));
    let has_command_line = t.condition("HasCommandLine", not(equals(&stage, Stage::Production)));
    let allows_guests = t.condition("AllowsGuests", equals(&guest_access, true));
    let has_api_key_expiry = t.condition("HasApiKeyExpiry", not(equals(&api_key_expires, 0)));
    let has_mfa = t.condition("HasMfa", not(equals(&mfa, MfaConfiguration::Off)));
    let signs_in_by_email = t.condition("SignsInByEmail", equals(&email_sign_in, true));
    let restores_tables = t.condition(
        "RestoresTables",
        or([
            equals(&point_in_time_recovery, Switch::On),
            and([(&is_production).into(), equals(&point_in_time_recovery, Switch::ByStage)]),
        ]),
    );
    let has_alarm_email = t.condition("HasAlarmEmail", not(equals(&alarm_email, "")));
    let has_alarms = t.condition("HasAlarms", or([(&is_production).into(), (&has_alarm_email).into()]));
    t.rule(
        "ProductionIsNotOnLocalhost",
        Rule::assert(
            not(equals(&allowed_origins, LOCALHOST)),
            "In production, AllowedOrigins says where the front end is: https://chat.example",
        )
        .when(equals(&stage, Stage::Production)),
    );
    t.rule(
        "SecondFactorNeedsPassword",
        Rule::assert(
            equals(&email_sign_in, false),
            "Where Mfa is ON, everybody has a password: EmailSignIn must be false",
        )
        .when(equals(&mfa, MfaConfiguration::On)),
    );
    // A part of its own: the dashboard needs the functions, whose alarms need the topic.
    let alarms = t.part("alarms", |t| Alarms::topic(t, has_alarms, &has_alarm_email, &alarm_email));
    Parameters {
        build: build.clone(),
        stage,
        allowed_origins: split(",", &allowed_origins),
        log_level,
        architecture,
        guest_access,
        api_key_expires,
        mfa,
        alarms,
        is_production,
        has_command_line,
        has_mfa,
        signs_in_by_email,
        restores_tables,
        allows_guests,
        has_api_key_expiry,
    }
}
