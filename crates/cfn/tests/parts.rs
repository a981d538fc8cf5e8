//! Parts of a template, and what belongs to each.

use cfn::{Part, Raw, Template};

fn add(t: &mut Template, id: &str) {
    t.add(id, Raw::new("Custom::Thing"));
}

#[test]
fn each_resource_and_output_belongs_to_the_part_that_added_it() {
    let mut t = Template::new("");
    add(&mut t, "Alone");
    t.part("data", |t| add(t, "Table"));
    t.part("api", |t| {
        add(t, "Api");
        t.part("data", |t| add(t, "Index"));
        add(t, "Stage");
        t.output("Url", cfn::Value::<String>::from("https://"));
    });
    assert_eq!(
        t.parts(),
        [
            Part { name: None, resources: vec!["Alone"], outputs: vec![] },
            Part { name: Some("data"), resources: vec!["Table", "Index"], outputs: vec![] },
            Part { name: Some("api"), resources: vec!["Api", "Stage"], outputs: vec!["Url"] },
        ]
    );
}

#[test]
fn a_part_is_not_seen_in_the_text_of_the_template() {
    let (mut plain, mut parted) = (Template::new(""), Template::new(""));
    add(&mut plain, "Thing");
    parted.part("things", |t| add(t, "Thing"));
    assert_eq!(plain.to_text(), parted.to_text());
}
