//! A method with its integration read, when the API is built.

use super::definition::{AuthorizationType, Definition, Method, RequestValidator, Resource};
use crate::integration::Prepared;
use crate::{BuildError, IntegrationType};

pub(super) struct PreparedMethod {
    pub(super) method: Method,
    pub(super) validator: RequestValidator,
    pub(super) integration: Prepared,
}

impl PreparedMethod {
    pub(super) fn new(
        definition: &Definition,
        resource: &Resource,
        method: &Method,
    ) -> Result<PreparedMethod, BuildError> {
        let place = format!("{} {}", method.http_method, resource.path);
        let failed = |problem: String| Err(BuildError::new(&place, problem));
        let needs_authorizer = matches!(
            method.authorization_type,
            AuthorizationType::Custom | AuthorizationType::CognitoUserPools
        );
        let authorizer = method.authorizer_id.as_ref().and_then(|id| definition.authorizers.get(id));
        if needs_authorizer && authorizer.is_none() {
            return failed("its AuthorizerId names none of the API's authorizers".to_owned());
        }
        let validator = match &method.request_validator_id {
            None => RequestValidator::default(),
            Some(id) => match definition.validators.get(id) {
                Some(validator) => *validator,
                None => return failed(format!("there is no request validator {id}")),
            },
        };
        for model in method.request_models.values() {
            if !definition.models.contains_key(model) && !["Empty", "Error"].contains(&model.as_str()) {
                return failed(format!("there is no model {model}"));
            }
        }
        let maps = !matches!(
            method.integration.integration_type,
            IntegrationType::AwsProxy | IntegrationType::HttpProxy
        );
        for response in method.integration.integration_responses.iter().filter(|_| maps) {
            let declared =
                method.method_responses.iter().find(|other| other.status_code == response.status_code);
            let Some(declared) = declared else {
                return failed(format!(
                    "its integration responds with {}, which is not among its MethodResponses",
                    response.status_code
                ));
            };
            for target in response.response_parameters.keys() {
                if !declared.response_parameters.contains_key(target) {
                    return failed(format!(
                        "its integration gives {target}, which its method response {} does not list",
                        response.status_code
                    ));
                }
            }
        }
        Ok(PreparedMethod {
            method: method.clone(),
            validator,
            integration: Prepared::new(&method.integration, &place)?,
        })
    }

    /// The method itself, or ANY: those that are written out stand first (`RestApi::new`).
    pub(super) fn is_for(&self, method: &str) -> bool {
        self.method.http_method == method || self.method.http_method == "ANY"
    }
}
