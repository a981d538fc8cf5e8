//! A template as nested stacks: the same resources, whichever form is deployed.

#![allow(clippy::unwrap_used)]

mod evaluate;

use cfn::condition::{equals, not};
use cfn::{
    ConditionHandle, Handle, Mapping, Output, Parameter, Piece, Raw, Split, Template, Value, if_, no_value,
    prelude::*, pseudo, sub,
};
use evaluate::{Given, Made, make};
use serde_json::{Value as Json, json};

fn thing() -> Raw {
    Raw::new("Custom::Thing")
}

fn add(t: &mut Template, id: &str) -> Handle<Raw> {
    t.add(id, thing())
}

/// Uses everything that may be referred to, across parts, within them, and from the root.
fn photos() -> Template {
    let mut t = Template::new("Photos");
    let t_ = &mut t;
    let stage = t_.parameter("Stage", Parameter::text().default("development"));
    let origins = t_.parameter("Origins", Parameter::comma_delimited().default_items(["a", "b"]));
    let days = t_.parameter("Days", Parameter::number().default(7));
    let domain = t_.parameter("Domain", Parameter::text().default(""));
    let has_domain = t_.condition("HasDomain", not(equals(&domain, "")));
    let is_whole = t_.condition("IsPhotos", equals(pseudo::stack_name(), "photos"));
    let sizes =
        t_.mapping("Sizes", Mapping::<i64>::new().row("development", [("Mb", 1)]).row("live", [("Mb", 2)]));

    let key = add(t_, "Key");
    let (table, bucket) = t_.part("data", |t| {
        let table =
            t.add("Table", thing().property("Days", days.value()).property("Key", key.attribute("Arn")));
        let bucket = t.add("Bucket", thing().property("Origins", &origins).retain());
        t.add("BucketPolicy", thing().property("Bucket", bucket.ref_()));
        (table, bucket)
    });
    let zone = t_.part("domain", |t| {
        let zone = t.add(
            "Zone",
            Raw::new("AWS::Route53::HostedZone").property("Name", &domain).condition(&has_domain),
        );
        t.add("Record", thing().property("Zone", zone.ref_()).condition(&has_domain));
        zone
    });
    let api = t_.part("photo-api", |t| {
        let url = if_(&has_domain, sub!("https://{}/{}", &domain, zone.attribute("Id")), no_value());
        let servers: Value<cfn::List<String>> = zone.attribute("NameServers").cast();
        let api = t.add(
            "Api",
            thing()
                .property("Name", sub!("{}-{}", pseudo::stack_name(), bucket.ref_()))
                .property("Arns", cfn::list![table.attribute("Arn"), sub!("{}/*", table.attribute("Arn"))])
                .property("Size", sizes.find(&stage, "Mb"))
                .property("Origins", &origins)
                .property("Url", url)
                .property("IsPhotos", if_::<String>(&is_whole, "yes", "no"))
                .property("Id", sub!("{}:{}", pseudo::region(), cfn::join("/", &origins))),
        );
        t.add("Servers", thing().property("Servers", servers).condition(&has_domain).depends_on(&api));
        api
    });
    t_.part("alarms", |t| t.add("Alarm", thing().depends_on(&api).depends_on(&table)));
    t_.add(
        "Notice",
        thing().property("About", sub!("{} in {}", api.ref_(), pseudo::stack_name())).depends_on(&table),
    );
    t_.output("Url", Output::new(api.attribute("Url")).description("Where it is."));
    t_.output("ZoneId", Output::new(zone.attribute("Id")).condition(&has_domain));
    t_.output("Bucket", bucket.ref_());
    t
}

fn split(t: &Template) -> Split {
    t.split().unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn both(t: &Template, given: &Given) -> (Made, Made) {
    let pieces = split(t);
    let file = |name: &str| {
        pieces.parts.iter().find(|piece| piece.file() == name).expect("each file is there").template.clone()
    };
    (make(&t.to_json(), "photos", given, &file), make(&pieces.root, "photos", given, &file))
}

fn part<'a>(split: &'a Split, name: &str) -> &'a Json {
    &split.parts.iter().find(|piece: &&Piece| piece.name == name).unwrap().template
}

#[test]
fn both_forms_make_the_same_resources_and_outputs() {
    let given = |pairs: &[(&str, &str)]| -> Given {
        pairs.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect()
    };
    for given in [
        given(&[]),
        given(&[("Stage", "live"), ("Origins", "x"), ("Days", "9")]),
        given(&[("Domain", "photos.example"), ("Origins", "x,y,z")]),
    ] {
        let (one, pieces) = both(&photos(), &given);
        assert_eq!(one, pieces);
        assert_eq!(one.resources.contains_key("Zone"), given.contains_key("Domain"));
    }
}

#[test]
fn nothing_is_wrong_with_any_of_the_pieces() {
    let split = split(&photos());
    for json in split.parts.iter().map(|piece| &piece.template).chain([&split.root]) {
        let errors: Vec<_> = cfn::check::json(json).into_iter().filter(cfn::Problem::is_error).collect();
        assert!(errors.is_empty(), "{errors:?}\n{json:#}");
    }
}

#[test]
fn a_part_gets_what_it_uses_and_no_more() {
    let split = split(&photos());
    let keys = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&part(&split, "data")["Parameters"]), ["Origins", "Days", "KeyArn"]);
    assert_eq!(part(&split, "data")["Conditions"], Json::Null);
    assert_eq!(
        part(&split, "data")["Outputs"]["TableArn"],
        json!({ "Value": { "Fn::GetAtt": ["Table", "Arn"] } })
    );
    assert_eq!(
        keys(&part(&split, "photo-api")["Parameters"]),
        ["Stage", "Origins", "Domain", "StackName", "BucketRef", "TableArn", "ZoneId", "ZoneNameServers"]
    );
    assert_eq!(keys(part(&split, "alarms")), ["AWSTemplateFormatVersion", "Description", "Resources"]);
}

#[test]
fn what_does_not_always_exist_is_handed_over_only_where_it_does() {
    let split = split(&photos());
    let stack = &split.root["Resources"]["PhotoApiStack"]["Properties"]["Parameters"];
    let output = json!({ "Fn::GetAtt": ["DomainStack", "Outputs.ZoneId"] });
    assert_eq!(stack["ZoneId"], json!({ "Fn::If": ["HasDomain", output, ""] }));
    assert_eq!(part(&split, "domain")["Outputs"]["ZoneId"]["Condition"], "HasDomain");
    assert_eq!(split.root["Resources"]["DomainStack"]["Condition"], "HasDomain", "it would have no resource");
}

#[test]
fn lists_pass_as_text_and_arrive_as_lists() {
    let split = split(&photos());
    let stack = &split.root["Resources"]["PhotoApiStack"]["Properties"]["Parameters"];
    assert_eq!(stack["Origins"], json!({ "Fn::Join": [",", { "Ref": "Origins" }] }));
    let api = part(&split, "photo-api");
    assert_eq!(api["Parameters"]["ZoneNameServers"]["Type"], "CommaDelimitedList");
    assert_eq!(api["Resources"]["Servers"]["Properties"]["Servers"], json!({ "Ref": "ZoneNameServers" }));
    let joined = json!({ "Fn::Join": [",", { "Fn::GetAtt": ["Zone", "NameServers"] }] });
    assert_eq!(part(&split, "domain")["Outputs"]["ZoneNameServers"]["Value"], joined);
}

#[test]
fn who_waits_for_a_resource_waits_for_its_stack() {
    let split = split(&photos());
    let root = &split.root["Resources"];
    assert_eq!(root["AlarmsStack"]["DependsOn"], json!(["DataStack", "PhotoApiStack"]));
    assert_eq!(root["PhotoApiStack"]["DependsOn"], Json::Null, "its parameters say it already");
    assert_eq!(root["Notice"]["DependsOn"], json!(["DataStack"]));
    assert_eq!(part(&split, "alarms")["Resources"]["Alarm"]["DependsOn"], Json::Null);
    assert_eq!(part(&split, "photo-api")["Resources"]["Servers"]["DependsOn"], json!(["Api"]));
}

#[test]
fn a_part_whose_resources_have_several_conditions_exists_where_one_of_them_holds() {
    let mut t = Template::new("");
    let flag = |t: &mut Template, id: &str| -> ConditionHandle {
        let parameter = t.parameter(id, Parameter::text().default("no"));
        t.condition(&format!("Has{id}"), equals(&parameter, "yes"))
    };
    let flags: Vec<_> = (0..12).map(|number| flag(&mut t, &format!("Flag{number}"))).collect();
    add(&mut t, "Always");
    t.part("some", |t| {
        for (number, flag) in flags.iter().enumerate() {
            t.add(&format!("Thing{number}"), thing().condition(flag));
        }
    });
    assert_eq!(split(&t).root["Resources"]["SomeStack"]["Condition"], "HasSomeStack");
    let (one, pieces) = both(&t, &Given::new());
    assert_eq!((one.resources.len(), &one), (1, &pieces));
    let (one, pieces) = both(&t, &Given::from([("Flag11".to_owned(), "yes".to_owned())]));
    assert_eq!((one.resources.len(), &one), (2, &pieces));
}

#[test]
fn a_name_that_is_taken_already_gets_a_number() {
    let mut t = Template::new("");
    let table = t.part("data", |t| add(t, "Table"));
    t.part("api", |t| {
        add(t, "TableArn");
        add(t, "DataStack");
        t.add("Api", thing().property("Table", table.attribute("Arn")));
    });
    assert_eq!(
        part(&split(&t), "api")["Resources"]["Api"]["Properties"]["Table"],
        json!({ "Ref": "TableArn2" })
    );
    let (one, pieces) = both(&t, &Given::new());
    assert_eq!(one, pieces);
}

#[test]
fn parts_that_need_each_other_are_named_with_the_references_that_make_it_so() {
    let mut t = Template::new("");
    let domain = t.part("auth", |t| add(t, "Domain"));
    let site = t.part("web", |t| t.add("Site", thing().depends_on(&domain)));
    t.part("auth", |t| t.add("Client", thing().property("Url", site.attribute("Url"))));
    let problems = t.split().unwrap_err();
    assert_eq!(problems.len(), 1);
    let said = problems[0].to_string();
    assert!(
        said.contains("`Client` (auth) needs `Site` (web), `Site` (web) needs `Domain` (auth)"),
        "{said}"
    );
    assert!(said.contains("main.rs:"), "{said}");
}

#[test]
fn what_no_parameter_can_be_is_refused() {
    let mut t = Template::new("");
    let list = t.part("edge", |t| t.add("Ips", Raw::new("AWS::CloudFront::AnycastIpList")));
    t.part("dns", |t| t.add("Record", thing().property("Ips", list.attribute("IpamCidrConfigResults"))));
    let problems = t.split().unwrap_err();
    assert!(problems[0].text.contains("a list of objects"), "{problems:?}");

    let mut t = Template::new("");
    t.part("../auth", |t| add(t, "Pool"));
    assert!(t.split().unwrap_err()[0].text.contains("the name of a file"));
}

#[test]
fn without_parts_there_is_nothing_to_split() {
    let mut t = Template::new("Photos");
    add(&mut t, "Table");
    let split = split(&t);
    assert_eq!((split.root, split.parts.len()), (t.to_json(), 0));
}
