//! What a parameter of Systems Manager gives.

use crate::actions;
use crate::grant::{Grantee, variable_name};
use crate::policy::Statement;
use crate::resource::Handle;
use crate::ssm::Parameter;

impl Handle<Parameter> {
    /// Reading the value, alone or among others. The variable is the parameter's name.
    pub fn grant_read(&self, grantee: &mut impl Grantee) {
        let read = actions!["ssm:GetParameter", "ssm:GetParameters"];
        grantee.grant(Statement::allow(read).on([self.arn()]));
        grantee.variable(&variable_name(self.id()), self.name());
    }
}
