//! What a type of resource is called, and what kind of service it is.

use serde_json::Value as Json;

/// What a resource is, for a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Service {
    /// `DynamoDB table`
    pub(super) name: String,
    pub(super) category: Category,
}

/// Each has its colour, its symbol, and its shape in Mermaid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Category {
    Compute,
    Database,
    Storage,
    Api,
    Identity,
    Edge,
    Messaging,
    Monitoring,
    Security,
    Other,
}

impl Category {
    pub(super) const ALL: [Self; 10] = [
        Self::Compute,
        Self::Database,
        Self::Storage,
        Self::Api,
        Self::Identity,
        Self::Edge,
        Self::Messaging,
        Self::Monitoring,
        Self::Security,
        Self::Other,
    ];

    /// In class names.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Compute => "compute",
            Self::Database => "database",
            Self::Storage => "storage",
            Self::Api => "api",
            Self::Identity => "identity",
            Self::Edge => "edge",
            Self::Messaging => "messaging",
            Self::Monitoring => "monitoring",
            Self::Security => "security",
            Self::Other => "other",
        }
    }

    /// White text on it can be read, and so can the colour itself on white and on nearly black.
    pub(super) fn color(self) -> &'static str {
        match self {
            Self::Compute => "#c2570c",
            Self::Database => "#3f5fd0",
            Self::Storage => "#3c7f2b",
            Self::Api => "#b0247e",
            Self::Identity => "#c62f3d",
            Self::Edge => "#7541c7",
            Self::Messaging => "#a8326a",
            Self::Monitoring => "#08777f",
            Self::Security => "#8a5a00",
            Self::Other => "#5b6672",
        }
    }
}

impl Service {
    /// Several of them: `alarms`
    pub(super) fn things(&self) -> String {
        let thing = self.name.rsplit_once(' ').map_or(self.name.as_str(), |(_, thing)| thing);
        format!("{thing}s")
    }
}

/// Types whose own name would not tell a reader what they are.
const NAMES: [(&str, &str, Category); 26] = [
    ("AWS::ApiGateway::RestApi", "API Gateway REST API", Category::Api),
    ("AWS::ApiGatewayV2::Api", "API Gateway API", Category::Api),
    ("AWS::AppSync::GraphQLApi", "AppSync GraphQL API", Category::Api),
    ("AWS::Amplify::App", "Amplify Hosting app", Category::Edge),
    ("AWS::CertificateManager::Certificate", "ACM certificate", Category::Security),
    ("AWS::CloudFormation::Stack", "CloudFormation nested stack", Category::Other),
    ("AWS::CloudFront::Distribution", "CloudFront distribution", Category::Edge),
    ("AWS::CloudWatch::Alarm", "CloudWatch alarm", Category::Monitoring),
    ("AWS::CloudWatch::Dashboard", "CloudWatch dashboard", Category::Monitoring),
    ("AWS::Cognito::IdentityPool", "Cognito identity pool", Category::Identity),
    ("AWS::Cognito::UserPool", "Cognito user pool", Category::Identity),
    ("AWS::DynamoDB::Table", "DynamoDB table", Category::Database),
    ("AWS::Events::Rule", "EventBridge rule", Category::Messaging),
    ("AWS::KMS::Key", "KMS key", Category::Security),
    ("AWS::Lambda::Function", "Lambda function", Category::Compute),
    ("AWS::Logs::LogGroup", "CloudWatch log group", Category::Monitoring),
    ("AWS::Route53::HostedZone", "Route 53 hosted zone", Category::Edge),
    ("AWS::Route53::RecordSet", "Route 53 record", Category::Edge),
    ("AWS::Route53::RecordSetGroup", "Route 53 records", Category::Edge),
    ("AWS::S3::Bucket", "S3 bucket", Category::Storage),
    ("AWS::Scheduler::Schedule", "EventBridge schedule", Category::Messaging),
    ("AWS::SecretsManager::Secret", "Secrets Manager secret", Category::Security),
    ("AWS::SNS::Topic", "SNS topic", Category::Messaging),
    ("AWS::SQS::Queue", "SQS queue", Category::Messaging),
    ("AWS::SSM::Parameter", "Systems Manager parameter", Category::Other),
    ("AWS::WAFv2::WebACL", "WAF web ACL", Category::Security),
];

/// Whether a reference from or to it is understood.
pub(super) fn is_known(kind: &str) -> bool {
    NAMES.iter().any(|(known, ..)| *known == kind)
}

pub(super) fn of(kind: &str, properties: &Json) -> Service {
    if kind == "AWS::ApiGatewayV2::Api" {
        let protocol = if properties["ProtocolType"] == "WEBSOCKET" { "WebSocket" } else { "HTTP" };
        return Service { name: format!("API Gateway {protocol} API"), category: Category::Api };
    }
    if let Some((_, name, category)) = NAMES.iter().find(|(known, ..)| *known == kind) {
        return Service { name: (*name).to_owned(), category: *category };
    }
    let mut words = kind.trim_start_matches("AWS::").splitn(2, "::");
    let (service, thing) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let category = match service {
        "Lambda" | "EC2" | "ECS" | "StepFunctions" | "Batch" | "EKS" => Category::Compute,
        "DynamoDB" | "RDS" | "ElastiCache" | "DocDB" | "Neptune" => Category::Database,
        "S3" | "EFS" | "Backup" => Category::Storage,
        "AppSync" | "ApiGateway" | "ApiGatewayV2" => Category::Api,
        "Cognito" => Category::Identity,
        "CloudFront" | "Route53" | "Amplify" | "ElasticLoadBalancingV2" => Category::Edge,
        "SNS" | "SQS" | "Events" | "Scheduler" | "Kinesis" | "Pipes" | "SES" => Category::Messaging,
        "CloudWatch" | "Logs" | "XRay" => Category::Monitoring,
        "IAM" | "KMS" | "WAFv2" | "SecretsManager" | "CertificateManager" => Category::Security,
        _ => Category::Other,
    };
    Service { name: format!("{service} {}", spaced(thing)).trim().to_owned(), category }
}

/// `GraphQLSchema` → `graph ql schema` would be no better: words are split before a capital that a small letter
/// follows, and written as they are.
fn spaced(thing: &str) -> String {
    let letters: Vec<char> = thing.chars().collect();
    let mut words = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let starts = at > 0
            && letter.is_uppercase()
            && (letters[at - 1].is_lowercase()
                || letters.get(at + 1).is_some_and(|next| next.is_lowercase()));
        if starts {
            words.push(' ');
        }
        let is_in_capitals = letters.get(at + 1).is_some_and(|next| next.is_uppercase())
            || (at > 0 && !starts && letters[at - 1].is_uppercase());
        if is_in_capitals { words.push(*letter) } else { words.extend(letter.to_lowercase()) }
    }
    words
}
