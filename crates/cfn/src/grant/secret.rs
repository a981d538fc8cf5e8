//! What a secret gives.

use crate::actions;
use crate::grant::{Grantee, variable_name};
use crate::policy::Statement;
use crate::resource::Handle;
use crate::secretsmanager::Secret;

impl Handle<Secret> {
    /// Reading the value. The variable is the secret's ARN.
    pub fn grant_read(&self, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions!["secretsmanager:GetSecretValue"]).on([self.secret_id()]));
        grantee.variable(&variable_name(self.id()), self.secret_id());
    }
}
