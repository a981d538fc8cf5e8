//! What a GraphQL API gives.

use crate::actions;
use crate::appsync::GraphQLApi;
use crate::grant::Grantee;
use crate::intrinsic::sub;
use crate::policy::Statement;
use crate::resource::Handle;
use crate::value::Value;

impl Handle<GraphQLApi> {
    /// Calling these fields by signed requests (`AWS_IAM`), each as type and field; the field `*` is all of a type.
    ///
    /// AppSync asks for each field that is selected, so the fields of the types that an answer consists of belong
    /// to it as well; and the schema must permit each by `@aws_iam`.
    /// <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-iam-authorization>
    pub fn grant_fields(&self, fields: &[(&str, &str)], grantee: &mut impl Grantee) {
        let arns = fields.iter().map(|(type_name, field)| {
            sub("{}/types/{}/fields/{}", [self.arn(), Value::from(*type_name), Value::from(*field)])
        });
        grantee.grant(Statement::allow(actions!["appsync:GraphQL"]).on(arns.collect::<Vec<_>>()));
    }
}
