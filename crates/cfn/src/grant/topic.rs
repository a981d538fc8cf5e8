//! What a topic gives.

use crate::actions;
use crate::grant::{Grantee, variable_name};
use crate::policy::Statement;
use crate::resource::Handle;
use crate::sns::Topic;

impl Handle<Topic> {
    /// Publishing, alone and in batches. The variable is the topic's ARN.
    pub fn grant_publish(&self, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions!["sns:Publish"]).on([self.topic_arn()]));
        grantee.variable(&variable_name(self.id()), self.topic_arn());
    }
}
