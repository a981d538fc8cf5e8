//! The pools as clients see them: every test speaks HTTP to the router.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the message")]

mod admin;
mod admin_create_user;
mod admin_pool;
mod authentication_triggers;
mod browser;
mod custom_auth;
mod custom_auth_password;
mod custom_auth_refusals;
mod custom_message;
mod devices;
mod email_change;
mod fuzz;
mod groups;
mod harness;
mod http;
mod identity_pool;
mod lockout;
mod message_mfa;
mod mfa;
mod names;
mod passwords;
mod pre_sign_up;
mod pre_token_generation;
mod refresh_rotation;
mod restart;
mod sign_in;
mod sign_in_page;
mod sign_up;
mod tokens;
mod user_auth;
mod user_migration;
mod user_migration_guesses;

// The stories' SRP client, so that server and client are not one piece of code agreeing with itself.
#[allow(unreachable_pub, reason = "there it is the public face of a library")]
#[path = "../../../../tests/src/srp.rs"]
mod srp;
