//! What a queue gives.

use crate::actions;
use crate::grant::{Grantee, variable_name};
use crate::policy::Statement;
use crate::resource::Handle;
use crate::sqs::Queue;

impl Handle<Queue> {
    /// Sending messages, alone and in batches. The variable is the queue's URL.
    pub fn grant_send(&self, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions!["sqs:SendMessage"]).on([self.arn()]));
        grantee.variable(&variable_name(self.id()), self.queue_url());
    }

    /// Receiving, keeping and deleting messages, as an event source mapping does. The variable is the URL.
    pub fn grant_consume(&self, grantee: &mut impl Grantee) {
        let actions = actions![
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
        ];
        grantee.grant(Statement::allow(actions).on([self.arn()]));
        grantee.variable(&variable_name(self.id()), self.queue_url());
    }
}
