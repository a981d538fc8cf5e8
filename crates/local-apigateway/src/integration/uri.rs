//! What an integration's URI points to.

use indexmap::IndexMap;

use crate::backend::Target;

/// The function in `…:lambda:path/2015-03-31/functions/{function}/invocations`.
pub(crate) fn function(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once(":lambda:path/")?;
    let (_, rest) = rest.split_once("/functions/")?;
    rest.strip_suffix("/invocations").filter(|function| !function.is_empty())
}

/// Another service in `arn:aws:apigateway:{region}:{service}:action|path/{rest}`.
pub(super) fn service(uri: &str) -> Option<Target> {
    let rest = uri.strip_prefix("arn:")?;
    let (_, rest) = rest.split_once(":apigateway:")?;
    let (_, rest) = rest.split_once(':')?;
    let (service, rest) = rest.split_once(':')?;
    let service = service.to_owned();
    let (kind, rest) = rest.split_once('/')?;
    match kind {
        "action" => Some(Target::Action { service, action: rest.to_owned() }),
        "path" => Some(Target::Path { service, path: rest.to_owned() }),
        _ => None,
    }
}

/// Fills in `${stageVariables.name}`; one that is not set becomes nothing.
pub(crate) fn with_stage_variables(uri: &str, variables: &IndexMap<String, String>) -> String {
    let mut filled = String::with_capacity(uri.len());
    let mut rest = uri;
    while let Some((before, after)) = rest.split_once("${stageVariables.") {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = &rest[before.len()..];
            break;
        };
        filled.push_str(variables.get(name).map_or("", String::as_str));
        rest = after;
    }
    filled + rest
}

/// Fills in `{name}`, percent-encoded as a part of a path.
pub(super) fn with_path(uri: &str, path: &[(String, String)]) -> String {
    let mut filled = uri.to_owned();
    for (name, value) in path {
        let encoded = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
        filled = filled.replace(&format!("{{{name}}}"), &encoded.to_string());
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_read() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f:live";
        let uri = format!("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations");
        assert_eq!(function(&uri), Some(arn));
        assert_eq!(function("arn:aws:apigateway:us-east-1:dynamodb:action/PutItem"), None);
        assert_eq!(
            service("arn:aws:apigateway:us-east-1:dynamodb:action/PutItem"),
            Some(Target::Action { service: "dynamodb".to_owned(), action: "PutItem".to_owned() })
        );
        assert_eq!(
            service("arn:aws:apigateway:us-east-1:s3:path/{bucket}/a"),
            Some(Target::Path { service: "s3".to_owned(), path: "{bucket}/a".to_owned() })
        );
        assert_eq!(service("https://example.com"), None);
    }

    #[test]
    fn stage_variables_and_path_parameters_are_filled_in() {
        let variables = IndexMap::from([("alias".to_owned(), "live".to_owned())]);
        assert_eq!(with_stage_variables("f:${stageVariables.alias}!", &variables), "f:live!");
        assert_eq!(
            with_stage_variables("a${stageVariables.no}b${stageVariables.", &variables),
            "ab${stageVariables."
        );
        assert_eq!(with_path("x/{id}/{other}", &[("id".to_owned(), "a/b".to_owned())]), "x/a%2Fb/{other}");
    }
}
