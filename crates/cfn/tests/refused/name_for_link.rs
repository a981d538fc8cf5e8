//! The name of a table where the id of an API belongs.

use cfn::{Handle, appsync::ApiKey, dynamodb::Table};

fn key(table: &Handle<Table>) {
    let _ = ApiKey::new().api_id(table.table_name());
}

fn main() {}
