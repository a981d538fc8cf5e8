//! Stories told as users, against the real server in a process of its own.

mod bad_input;
mod files;
mod nothing_is_lost;
mod readme;
mod signing_in;
mod starting;
mod talking;
mod todo_list;
