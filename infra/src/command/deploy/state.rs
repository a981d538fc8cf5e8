//! What can be done with a stack, by the state it is in.

use super::super::failure::Failure;
use super::super::stack::{Stack, Which};

/// The stack to update; `None` if it has to be created.
pub(super) fn to_update(stack: Option<Stack>, which: &Which) -> Result<Option<Stack>, Failure> {
    let Some(stack) = stack else { return Ok(None) };
    match stack.status.as_str() {
        // A change set was made for it once; it has no resources yet.
        "REVIEW_IN_PROGRESS" => Ok(None),
        "CREATE_COMPLETE"
        | "UPDATE_COMPLETE"
        | "UPDATE_ROLLBACK_COMPLETE"
        | "IMPORT_COMPLETE"
        | "IMPORT_ROLLBACK_COMPLETE" => Ok(Some(stack)),
        status => {
            let reason = stack.status_reason.map_or(String::new(), |reason| format!(" ({reason})"));
            let name = &which.stack_name;
            Err(format!("the stack `{name}` is in the state {status}{reason}.\n{}", advice(status, which))
                .into())
        }
    }
}

/// What to do about a stack in such a state.
pub(super) fn advice(status: &str, which: &Which) -> String {
    let (name, options) = (&which.stack_name, which.account.options());
    match status {
        "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED" => format!(
            "It was never made whole, or is half deleted, and cannot be updated: \
             `infra destroy --stack-name {name}{options}`, then deploy again."
        ),
        "UPDATE_ROLLBACK_COMPLETE" => {
            "It is as it was before: repair what is named above, then deploy again.".to_owned()
        }
        "UPDATE_ROLLBACK_FAILED" => format!(
            "It could not be put back: repair what is named above, then \
             `aws cloudformation continue-update-rollback --stack-name {name}{options}`."
        ),
        status if status.ends_with("_IN_PROGRESS") => format!(
            "Something is being done with it: wait (`aws cloudformation describe-stack-events --stack-name \
             {name}{options}` tells of it), then try again."
        ),
        _ => format!("`aws cloudformation describe-stack-events --stack-name {name}{options}` tells more."),
    }
}
