//! REST and WebSocket APIs from outside: real HTTP and WebSocket clients, functions that are closures.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the message")]

mod authorizers;
mod backend;
mod build;
mod connections;
mod gateway_responses;
mod mapping;
mod messages;
mod proxy;
mod rest_api;
mod throttling;
mod validation;
mod websocket_api;
