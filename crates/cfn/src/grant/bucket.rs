//! What a bucket gives.

use crate::action::Action;
use crate::actions;
use crate::grant::{Grantee, variable_name};
use crate::intrinsic::sub;
use crate::policy::{Compare, Statement};
use crate::resource::Handle;
use crate::s3::Bucket;
use crate::value::Value;

impl Handle<Bucket> {
    /// The ARN of the objects whose keys match, such as `rooms/*`. IAM's policy variables may be used.
    #[must_use]
    pub fn objects(&self, keys: &str) -> Value<String> {
        sub("{}/{}", [self.arn(), Value::from(keys)])
    }

    /// Reading the objects whose keys match. The variable is the bucket's name, as in every grant of a bucket.
    pub fn grant_get(&self, keys: &str, grantee: &mut impl Grantee) {
        self.grant_on_objects(actions!["s3:GetObject"], keys, grantee);
    }

    /// Writing the objects whose keys match.
    pub fn grant_put(&self, keys: &str, grantee: &mut impl Grantee) {
        self.grant_on_objects(actions!["s3:PutObject"], keys, grantee);
    }

    /// Deleting the objects whose keys match; in a versioned bucket, the versions stay.
    pub fn grant_delete(&self, keys: &str, grantee: &mut impl Grantee) {
        self.grant_on_objects(actions!["s3:DeleteObject"], keys, grantee);
    }

    /// Listing the keys under the prefixes that match, such as `rooms/*`; `*` lists all.
    pub fn grant_list(&self, prefixes: &str, grantee: &mut impl Grantee) {
        let statement = Statement::allow(actions!["s3:ListBucket"]).on([self.arn()]);
        grantee.grant(match prefixes {
            "*" => statement,
            _ => statement.when(Compare::StringLike, "s3:prefix", [prefixes]),
        });
        grantee.variable(&variable_name(self.id()), self.bucket_name());
    }

    fn grant_on_objects(&self, actions: [Action; 1], keys: &str, grantee: &mut impl Grantee) {
        grantee.grant(Statement::allow(actions).on([self.objects(keys)]));
        grantee.variable(&variable_name(self.id()), self.bucket_name());
    }
}
