//! Faults in the template as a whole: references, conditions, parameters, outputs, limits.

use serde_json::json;

use super::{Fault, fault};

pub(super) fn faults() -> Vec<Fault> {
    vec![
        fault("reference to nothing", |t| t.set("/Outputs/UserPoolId/Value", json!({ "Ref": "UserPol" })))
            .check("UserPoolId", "refers to `UserPol`"),
        fault("attribute of nothing", |t| {
            t.set("/Outputs/ApiId/Value", json!({ "Fn::GetAtt": ["Api", "ApiId"] }));
        })
        .check("ApiId", "refers to `Api`"),
        fault("variable of a text that is nothing", |t| {
            t.replace("GraphQLApiLogGroup/LogGroupName/Fn::Sub", "${GraphQLApi.", "${Api.");
        })
        .check("GraphQLApiLogGroup", "refers to `Api`"),
        fault("dependency on nothing", |t| {
            t.set("/Resources/ApiKey/DependsOn", json!(["Schema"]));
        })
        .check("ApiKey", "depends on `Schema`"),
        fault("condition that does not exist", |t| t.set("/Resources/GuestRole/Condition", "AllowGuests"))
            .check("GuestRole", "condition `AllowGuests` is not in the template"),
        fault("cycle of dependencies", |t| {
            t.set("/Resources/ChatTable/DependsOn", json!(["ResolversFunction"]));
        })
        .check("ChatTable", "depends on itself"),
        fault("lookup in a mapping that does not exist", |t| {
            let lookup = json!({ "Fn::FindInMap": ["Days", "production", "logs"] });
            t.set("ResolversFunctionLogGroup/RetentionInDays", lookup);
        })
        .check("ResolversFunctionLogGroup", "the mapping `Days` is not in the template"),
        fault("condition on a resource", |t| {
            let made = json!({ "Fn::Equals": [{ "Ref": "ChatTable" }, ""] });
            t.set("/Conditions/IsMade", made);
        })
        .check("IsMade", "does not exist yet when it is evaluated"),
        fault("type that does not exist", |t| t.set("/Resources/AdminGroup/Type", "AWS::Cognito::UserGroup"))
            .compiler("type_that_does_not_exist"),
        fault("resource without a type", |t| t.remove("/Resources/AdminGroup/Type"))
            .check("AdminGroup", "needs a `Type`"),
        fault("default that is not allowed", |t| t.set("/Parameters/Stage/Default", "develop"))
            .check("Stage", "none of its `AllowedValues`"),
        fault("default below the minimum", |t| t.set("/Parameters/ApiKeyExpires/Default", "-1"))
            .check("ApiKeyExpires", "below its `MinValue`"),
        fault("parameter of a type that does not exist", |t| {
            t.set("/Parameters/AllowedOrigins/Type", "StringList")
        })
        .check("AllowedOrigins", "has no type `StringList`"),
        fault("logical id with a dash", |t| t.copy("AdminGroup", "Admin-Group"))
            .check("Admin-Group", "letters and digits"),
        fault("output without a value", |t| t.remove("/Outputs/ApiId/Value"))
            .check("ApiId", "needs a `Value`"),
        fault("parameter and resource of one name", |t| {
            t.copy("AdminGroup", "Stage");
        })
        .check("Stage", "have the same logical id"),
        fault("501 resources", |t| {
            let have = t.0["Resources"].as_object().unwrap().len();
            for at in have..501 {
                t.set(
                    &format!("/Resources/Planted{at}"),
                    json!({ "Type": "AWS::CloudFormation::WaitConditionHandle" }),
                );
            }
        })
        .check("Resources", "CloudFormation takes 500"),
        fault("description of 2,000 characters", |t| t.set("/Description", "x".repeat(2000)))
            .check("Description", "at most 1,024"),
    ]
}
