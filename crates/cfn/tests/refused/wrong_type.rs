//! Text where a number belongs.

fn main() {
    let _ = cfn::lambda::Function::new().timeout("ten seconds");
}
