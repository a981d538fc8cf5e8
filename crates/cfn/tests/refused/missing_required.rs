//! A resource without a required property.

use cfn::{Template, appsync::ApiKey};

fn main() {
    Template::new("").add("ApiKey", ApiKey::new().description("For the sample."));
}
