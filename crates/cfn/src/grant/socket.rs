//! What a WebSocket API gives.

use crate::apigatewayv2::Api;
use crate::grant::{Grantee, variable_name};
use crate::policy::Statement;
use crate::resource::Handle;
use crate::value::Value;
use crate::{actions, pseudo, sub};

impl Handle<Api> {
    /// Sending to the connections of a stage, asking after them, and cutting them. The variable is the address
    /// that takes the calls.
    ///
    /// Pass the stage's name as text, or as a parameter: the stage itself waits for the routes, and these for
    /// the function that is given this.
    pub fn grant_manage_connections(&self, stage: impl Into<Value<String>>, grantee: &mut impl Grantee) {
        let (api, stage) = (self.api_id(), stage.into());
        let connections = sub!(
            "arn:{}:execute-api:{}:{}:{}/{}/*/@connections/*",
            pseudo::partition(),
            pseudo::region(),
            pseudo::account_id(),
            &api,
            &stage
        );
        grantee.grant(Statement::allow(actions!["execute-api:ManageConnections"]).on([connections]));
        let address =
            sub!("https://{}.execute-api.{}.{}/{}", api, pseudo::region(), pseudo::url_suffix(), stage);
        grantee.variable(&variable_name(self.id()), address);
    }
}
