//! The property type of another property.

use cfn::lambda::{Environment, Function};

fn main() {
    let _ = Function::new().tracing_config(Environment::new());
}
