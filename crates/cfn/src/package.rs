//! Local files that `aws cloudformation package` uploads, writing the object's address in their place.

use serde_json::Value as Json;

use crate::lambda::Code;
use crate::value::Value;

impl Code {
    /// The zip (or folder) at this path, seen from where the template lies.
    ///
    /// The template then holds a path where CloudFormation takes an object, so it has to go through
    /// `aws cloudformation package`, which uploads the file to S3 and puts its bucket and key there.
    #[must_use]
    pub fn packaged(path: &str) -> Value<Code> {
        Value::unchecked(Json::from(path))
    }
}
