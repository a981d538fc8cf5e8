//! What a user pool gives.

use crate::action::Action;
use crate::cognito::UserPool;
use crate::grant::{Grantee, variable_name};
use crate::policy::Statement;
use crate::resource::Handle;

impl Handle<UserPool> {
    /// Exactly these actions on the pool, such as `cognito-idp:AdminGetUser`. The variable is the pool's id.
    ///
    /// Not for a trigger of the same pool, which would wait for the function that waits for it: the event names
    /// the pool, and a policy of its own the ARN.
    pub fn grant(&self, actions: impl Into<Vec<Action>>, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions).on([self.arn()]));
        grantee.variable(&variable_name(self.id()), self.user_pool_id());
    }
}
