//! A table where an API belongs.

use cfn::{Handle, appsync::ApiKey, dynamodb::Table};

fn key(table: &Handle<Table>) {
    let _ = ApiKey::new().api_id(table);
}

fn main() {}
