//! The tables: the chat, and the sample's todos.

use cfn::dynamodb::{
    AttributeDefinition, AttributeType, BillingMode, KeySchema, KeyType, PointInTimeRecoverySpecification,
    Projection, ProjectionType, StreamViewType, Table, TableGlobalSecondaryIndex, TableStreamSpecification,
    TimeToLiveSpecification,
};
use cfn::{Given, Handle, Template, Value, if_, prelude::*};

use crate::parameters::Parameters;

/// Handles to the tables.
pub(crate) struct Data {
    pub(crate) chat_table: Handle<Table>,
    pub(crate) todo_table: Handle<Table>,
}

pub(crate) fn add(t: &mut Template, parameters: &Parameters) -> Data {
    // `crates/chat/src/keys.rs` says what lies under these keys.
    let chat = table("pk", "sk", &["pk", "sk", "gsi1pk", "gsi1sk"], parameters)
        .global_secondary_indexes([TableGlobalSecondaryIndex::new()
            .index_name("gsi1")
            .key_schema(keys("gsi1pk", "gsi1sk"))
            .projection(Projection::new().projection_type(ProjectionType::KeysOnly))])
        .time_to_live_specification(TimeToLiveSpecification::new().attribute_name("expiresAt").enabled(true))
        .stream_specification(
            TableStreamSpecification::new().stream_view_type(StreamViewType::NewAndOldImages),
        );
    let todo = table("list", "id", &["list", "id"], parameters);
    Data { chat_table: t.add("ChatTable", chat), todo_table: t.add("TodoTable", todo) }
}

/// An on-demand table that outlives its stack.
///
/// It is retained in every stage: `DeletionPolicy` takes no condition, and a table kept by mistake costs less
/// than one deleted by mistake.
fn table(hash: &str, range: &str, attributes: &[&str], parameters: &Parameters) -> Table<Given> {
    let definition =
        |name: &&str| AttributeDefinition::new().attribute_name(*name).attribute_type(AttributeType::S);
    let protected: Value<bool> = if_(&parameters.is_production, true, false);
    Table::new()
        .attribute_definitions(attributes.iter().map(definition).collect::<Vec<_>>())
        .key_schema(keys(hash, range))
        .billing_mode(BillingMode::PayPerRequest)
        .point_in_time_recovery_specification(
            PointInTimeRecoverySpecification::new().point_in_time_recovery_enabled(if_(
                &parameters.restores_tables,
                true,
                false,
            )),
        )
        .deletion_protection_enabled(&protected)
        .accept_checkov("CKV_AWS_28", "On in production, by a condition that checkov does not follow.")
        .accept_checkov(
            "CKV_AWS_119",
            "Encrypted with DynamoDB's key; a key of one's own is paid for with every call.",
        )
        .accept_guard("CT.DYNAMODB.PR.1", "On in production, by a condition that cfn-guard does not follow.")
        .accept_guard("CT.DYNAMODB.PR.2", "A key of one's own is paid for with every call.")
        .retain()
}

fn keys(hash: &str, range: &str) -> [KeySchema<Given, Given>; 2] {
    [(hash, KeyType::Hash), (range, KeyType::Range)]
        .map(|(name, key_type)| KeySchema::new().attribute_name(name).key_type(key_type))
}
