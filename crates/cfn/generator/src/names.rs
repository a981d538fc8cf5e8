//! Rust's names for AWS's.

/// Words that are not split where their capitals would have it.
const WORDS: [(&str, &str); 5] = [
    ("GraphQL", "Graphql"),
    ("DynamoDB", "Dynamodb"),
    ("AppSync", "Appsync"),
    ("CloudWatch", "Cloudwatch"),
    ("OpenID", "Openid"),
];

const KEYWORDS: [&str; 12] =
    ["as", "enum", "final", "in", "loop", "match", "override", "ref", "static", "type", "use", "where"];

/// `GraphQLUrl` → `graphql_url`, `SSESpecification` → `sse_specification`, `Type` → `type_`
pub(crate) fn snake(name: &str) -> String {
    let mut name = name.replace(['.', ':', '/', '-'], "_");
    for (word, whole) in WORDS {
        name = name.replace(word, whole);
    }
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let starts_word = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
            || before.is_some_and(|before| before.is_uppercase())
                && letters.get(at + 1).is_some_and(|after| after.is_lowercase())
                // The plural of an abbreviation: `ARNs`.
                && !(letters.get(at + 1) == Some(&'s') && letters.get(at + 2).is_none_or(|after| after.is_uppercase()));
        if letter.is_uppercase() && starts_word && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    if KEYWORDS.contains(&snake.as_str()) {
        snake.push('_');
    }
    snake
}

/// `AMAZON_COGNITO_USER_POOLS` → `AmazonCognitoUserPools`, `provided.al2023` → `ProvidedAl2023`
pub(crate) fn variant(value: &str) -> String {
    let mut variant = String::new();
    for part in value
        .replace('*', "All")
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
    {
        let digits_meet = part.starts_with(|letter: char| letter.is_ascii_digit())
            && variant.ends_with(|letter: char| letter.is_ascii_digit());
        if digits_meet || variant.is_empty() && part.starts_with(|letter: char| letter.is_ascii_digit()) {
            variant.push('_');
        }
        let shouted = part.len() > 1 && !part.chars().any(|letter| letter.is_ascii_lowercase());
        let mut letters = part.chars();
        variant.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        variant.extend(letters.map(|letter| if shouted { letter.to_ascii_lowercase() } else { letter }));
    }
    if variant == "Self" { "Self_".to_owned() } else { variant }
}

/// One of a list: `Architectures` → `Architecture`
pub(crate) fn singular(name: &str) -> String {
    match name.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => name.strip_suffix('s').unwrap_or(name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_become_the_words_that_people_say() {
        for (name, expected) in [
            ("GraphQLUrl", "graphql_url"),
            ("SSESpecification", "sse_specification"),
            ("DynamoDBConfig", "dynamodb_config"),
            ("OpenIdConnectProviderARNs", "open_id_connect_provider_arns"),
            ("AWSServiceName", "aws_service_name"),
            ("S3Bucket", "s3_bucket"),
            ("Type", "type_"),
            ("KMSKeyID", "kms_key_id"),
            ("SnapStartResponse.ApplyOn", "snap_start_response_apply_on"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn values_become_variants() {
        for (value, expected) in [
            ("AMAZON_COGNITO_USER_POOLS", "AmazonCognitoUserPools"),
            ("provided.al2023", "ProvidedAl2023"),
            ("python3.12", "Python3_12"),
            ("x86_64", "X86_64"),
            ("s3:ObjectCreated:*", "S3ObjectCreatedAll"),
            ("aws:kms", "AwsKms"),
            ("30", "_30"),
            ("S", "S"),
        ] {
            assert_eq!(variant(value), expected);
        }
    }
}
