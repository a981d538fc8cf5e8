//! What the compiler refuses, and how it says so; `TRYBUILD=overwrite` before `cargo test` renews the texts.

#[test]
fn the_compiler_refuses_what_the_cloud_would() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
