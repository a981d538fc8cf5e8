//! A property type without a required property of its own.

use cfn::dynamodb::{KeySchema, Table};

fn main() {
    let _ = Table::new().key_schema([KeySchema::new().attribute_name("id")]);
}
