//! Text where the specification lists the values.

fn main() {
    let _ = cfn::dynamodb::Table::new().billing_mode("PAY_PER_REQUEST");
}
