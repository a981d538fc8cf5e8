//! A value that is not on the specification's list.

fn main() {
    let _ = cfn::dynamodb::Table::new().billing_mode(cfn::dynamodb::BillingMode::PayPerRequst);
}
