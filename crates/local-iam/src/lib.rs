//! AWS IAM on localhost: who signed a request ([`verify`]), and what its policies let it do ([`decide`]).
//!
//! Both are functions of plain input: the host brings keys, policy documents and the circumstances of a request.

mod policy;
mod signature;

pub use policy::{Circumstances, Denied, Policy, PolicyError, Request, decide};
pub use signature::{Key, SignatureError, Signed, verify};
