//! What a function gives, and an alias of it.

use crate::grant::{Grantee, variable_name};
use crate::lambda::{Alias, Function};
use crate::policy::Statement;
use crate::resource::Handle;
use crate::{actions, sub};

impl Handle<Function> {
    /// Invoking the function, any version or alias of it. The variable is its ARN.
    pub fn grant_invoke(&self, grantee: &mut impl Grantee) {
        let with_versions = [self.arn(), sub!("{}:*", self.arn())];
        grantee.grant(Statement::allow(actions!["lambda:InvokeFunction"]).on(with_versions));
        grantee.variable(&variable_name(self.id()), self.arn());
    }
}

impl Handle<Alias> {
    /// Invoking the version that the alias points to, by the alias alone. The variable is its ARN.
    pub fn grant_invoke(&self, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions!["lambda:InvokeFunction"]).on([self.alias_arn()]));
        grantee.variable(&variable_name(self.id()), self.alias_arn());
    }
}
