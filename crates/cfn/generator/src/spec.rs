//! The AWS service specification: npm's `@aws-cdk/aws-service-spec`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

pub(crate) struct Spec {
    pub(crate) version: String,
    /// Resources by their CloudFormation type.
    pub(crate) resources: BTreeMap<String, Json>,
    /// Property types by the id by which resources refer to them.
    types: BTreeMap<String, Json>,
}

impl Spec {
    pub(crate) fn read(package: &Path) -> Result<Self, String> {
        let database = read(&package.join("db.json"))?;
        let manifest = read(&package.join("package.json"))?;
        let index = |entity: &str, key: &str| -> BTreeMap<String, Json> {
            let entities = database["schema"][entity]["entities"].as_array().into_iter().flatten();
            entities.filter_map(|item| Some((item[key].as_str()?.to_owned(), item.clone()))).collect()
        };
        Ok(Self {
            version: manifest["version"].as_str().unwrap_or_default().to_owned(),
            resources: index("resource", "cloudFormationType"),
            types: index("typeDefinition", "$id"),
        })
    }

    pub(crate) fn property_type(&self, id: &str) -> &Json {
        self.types.get(id).unwrap_or(&Json::Null)
    }

    /// What `Ref` returns, if it is one of the resource's identifiers.
    pub(crate) fn reference(&self, resource: &str) -> Option<&str> {
        let resource = self.resources.get(resource)?;
        let identifier = match &resource["cfnRefIdentifier"] {
            Json::Null => &resource["primaryIdentifier"],
            identifier => identifier,
        };
        match identifier.as_array()?.as_slice() {
            [Json::String(name)] => Some(name),
            _ => None,
        }
    }

    pub(crate) fn has_attribute(&self, resource: &str, attribute: &str) -> bool {
        self.resources.get(resource).is_some_and(|resource| resource["attributes"].get(attribute).is_some())
    }
}

pub(crate) fn read(path: &Path) -> Result<Json, String> {
    let text = fs::read(path)
        .map_err(|error| format!("{} cannot be read: {error}; run fetch.sh", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{} is not JSON: {error}", path.display()))
}
