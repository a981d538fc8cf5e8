//! Stories told as users, against the real server in a process of its own.

mod bad_input;
mod bad_network;
mod files;
mod gateway;
mod iam;
mod limits;
mod live_page;
mod no_back_door;
mod nothing_is_lost;
mod readme;
mod request_log;
mod seed;
mod signing_in;
mod starting;
mod stopping;
mod talking;
mod tls;
mod todo_list;
mod watch;
