//! A template as nested stacks, one for each of its parts: where one template would be above the limits.
//!
//! What a part needs of another becomes an output there and a parameter here; parameters, conditions and
//! mappings go where they are used. Both forms make the same resources. A resource belongs to one stack for
//! its whole life, so moving a deployed application from one form to the other makes all of them anew: choose
//! before the first deployment.
//!
//! ```
//! use cfn::{Raw, Template, prelude::*};
//!
//! let mut template = Template::new("Photos");
//! let queue = template.part("uploads", |t| t.add("Queue", Raw::new("AWS::SQS::Queue")));
//! template.part("api", |t| {
//!     t.add("Handler", Raw::new("Custom::Handler").property("Queue", queue.attribute("Arn")))
//! });
//! let split = template.split().expect("the parts do not need each other");
//! assert_eq!(
//!     split.root["Resources"]["ApiStack"]["Properties"]["Parameters"]["QueueArn"],
//!     serde_json::json!({ "Fn::GetAtt": ["UploadsStack", "Outputs.QueueArn"] })
//! );
//! assert_eq!(split.parts[1].file(), "api.json");
//! ```

mod child;
mod lists;
mod order;
mod rewrite;
mod root;
mod uses;
mod whole;

use serde_json::Value as Json;

use crate::check::{Level, Problem};
use crate::template::Template;
use whole::Whole;

/// A template as nested stacks.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The template to deploy: a stack for each part, what belongs to no part, and all outputs.
    pub root: Json,
    /// The parts, as the root's `TemplateURL`s name their files.
    pub parts: Vec<Piece>,
}

/// A part as a template of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// The part's name.
    pub name: String,
    /// Its template.
    pub template: Json,
}

impl Piece {
    /// Where the root's template, in the same folder, looks for it.
    #[must_use]
    pub fn file(&self) -> String {
        file(&self.name)
    }
}

fn file(part: &str) -> String {
    format!("{part}.json")
}

impl Template {
    /// The template as nested stacks, one for each of its parts.
    ///
    /// # Errors
    /// Parts that need each other, with the references that make it so; and what cannot be handed from one
    /// stack to another.
    pub fn split(&self) -> Result<Split, Vec<Problem>> {
        let json = self.to_json();
        let whole = Whole::new(self, &json);
        let mut problems = whole.impossible();
        problems.extend(order::cycle(&whole));
        if !problems.is_empty() {
            return Err(self.with_source_lines(problems));
        }
        let parts = (0..whole.parts.len()).map(|part| Piece {
            name: whole.parts[part].name.to_owned(),
            template: child::template(&whole, part),
        });
        Ok(Split { parts: parts.collect(), root: root::template(&whole) })
    }

    fn with_source_lines(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        for problem in &mut problems {
            problem.at = self.ids().find(|(id, _)| *id == problem.about).map(|(_, at)| at);
        }
        problems
    }
}

fn problem(about: &str, text: String) -> Problem {
    Problem { level: Level::Error, about: about.to_owned(), at: None, text }
}
