//! Whether the policy that a Lambda authorizer gives lets a call through.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html>

use serde_json::Value;

/// What a policy says of one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}

/// None if it is no policy.
pub(crate) fn evaluate(policy: &Value, method_arn: &str) -> Option<Verdict> {
    let statements = match policy.get("Statement")? {
        Value::Array(statements) => statements.as_slice(),
        statement @ Value::Object(_) => std::slice::from_ref(statement),
        _ => return None,
    };
    let mut verdict = Verdict::NotAllowed;
    for statement in statements {
        let denies = match statement.get("Effect")?.as_str()? {
            "Allow" => false,
            "Deny" => true,
            _ => return None,
        };
        if !applies(statement, method_arn)? {
            continue;
        }
        if statement.get("Condition").is_some_and(|condition| !condition.is_null()) {
            // Conditions are not evaluated: where one might narrow a permission, nothing is permitted.
            tracing::warn!("an authorizer's policy has a Condition, which is not evaluated here");
            if !denies {
                continue;
            }
        }
        if denies {
            return Some(Verdict::Denied);
        }
        verdict = Verdict::Allowed;
    }
    Some(verdict)
}

fn applies(statement: &Value, method_arn: &str) -> Option<bool> {
    let is_action = |pattern: &str| matches(&pattern.to_ascii_lowercase(), "execute-api:invoke");
    let is_resource = |pattern: &str| matches(pattern, method_arn);
    let action = one_of(statement, "Action", &is_action)
        .or_else(|| Some(!one_of(statement, "NotAction", &is_action)?));
    let resource = one_of(statement, "Resource", &is_resource)
        .or_else(|| Some(!one_of(statement, "NotResource", &is_resource)?));
    Some(action? && resource?)
}

/// None if the member is absent or malformed.
fn one_of(statement: &Value, member: &str, test: &dyn Fn(&str) -> bool) -> Option<bool> {
    match statement.get(member)? {
        Value::String(pattern) => Some(test(pattern)),
        Value::Array(patterns) => {
            let mut found = false;
            for pattern in patterns {
                found |= test(pattern.as_str()?);
            }
            Some(found)
        }
        _ => None,
    }
}

/// `*` stands for any text, `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut last_star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                last_star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut last_star {
                // The last star takes one more character.
                Some((star, taken)) => {
                    *taken += 1;
                    (p, t) = (*star + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:api/dev/GET/rooms/1";

    fn verdict(statements: Value) -> Option<Verdict> {
        evaluate(&json!({"Version": "2012-10-17", "Statement": statements}), ARN)
    }

    fn statement(effect: &str, resource: &str) -> Value {
        json!({"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource})
    }

    #[test]
    fn a_call_needs_a_statement_that_allows_it_and_none_that_denies_it() {
        let allow = statement("Allow", "arn:aws:execute-api:*:*:api/dev/GET/*");
        assert_eq!(verdict(json!([allow])), Some(Verdict::Allowed));
        assert_eq!(verdict(allow.clone()), Some(Verdict::Allowed));
        assert_eq!(verdict(json!([allow, statement("Deny", "*/rooms/?")])), Some(Verdict::Denied));
        assert_eq!(verdict(json!([statement("Allow", "*/POST/*")])), Some(Verdict::NotAllowed));
        assert_eq!(verdict(json!([])), Some(Verdict::NotAllowed));
    }

    #[test]
    fn actions_are_matched_without_regard_to_case_and_exceptions_are_heard() {
        let with =
            |member: &str, action: Value| json!([{"Effect": "Allow", member: action, "Resource": ["*"]}]);
        for action in [json!("*"), json!("execute-api:*"), json!(["lambda:x", "EXECUTE-API:invoke"])] {
            assert_eq!(verdict(with("Action", action)), Some(Verdict::Allowed));
        }
        assert_eq!(verdict(with("Action", json!("lambda:*"))), Some(Verdict::NotAllowed));
        assert_eq!(verdict(with("NotAction", json!("lambda:*"))), Some(Verdict::Allowed));
        let except = json!([{"Effect": "Allow", "Action": "*", "NotResource": "*/rooms/*"}]);
        assert_eq!(verdict(except), Some(Verdict::NotAllowed));
    }

    #[test]
    fn a_condition_never_opens_a_door() {
        let mut conditional = statement("Allow", "*");
        conditional["Condition"] = json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}});
        assert_eq!(verdict(json!([conditional])), Some(Verdict::NotAllowed));
    }

    #[test]
    fn what_is_no_policy_is_none() {
        for policy in [
            json!(null),
            json!({"Statement": "x"}),
            json!({"Statement": [{}]}),
            json!({"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]}),
            json!({"Statement": [{"Effect": "Allow", "Action": "*"}]}),
            json!({"Statement": [{"Effect": "Allow", "Action": 1, "Resource": "*"}]}),
        ] {
            assert_eq!(evaluate(&policy, ARN), None, "{policy}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_pattern_made_of_a_text_matches_it(text in "[a-c]{0,12}", at in 0usize..12, length in 0usize..12) {
            let (from, to) = (at.min(text.len()), (at + length).min(text.len()));
            let pattern = format!("{}*{}", &text[..from], &text[to..]);
            proptest::prop_assert!(matches(&pattern, &text));
            let unknown = "?".repeat(text.len());
            proptest::prop_assert!(matches(&unknown, &text));
            let longer = format!("{text}d*");
            proptest::prop_assert!(!matches(&longer, &text));
        }
    }
}
