//! A property that the type does not have.

fn main() {
    let _ = cfn::dynamodb::Table::new().billing_modus(cfn::dynamodb::BillingMode::PayPerRequest);
}
