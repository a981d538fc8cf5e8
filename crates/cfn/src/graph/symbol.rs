//! A symbol for each kind of service, drawn here: nobody's logo.

use super::service::Category;

/// What is drawn in a square of 20 by 20, with strokes of the surrounding colour and no fill.
pub(super) fn of(category: Category) -> &'static str {
    match category {
        // A bracket pair around a step: code.
        Category::Compute => "M6 5 1.5 10 6 15M14 5l4.5 5L14 15M11.8 3.5 8.2 16.5",
        // A cylinder.
        Category::Database => {
            "M3 5c0-3.4 14-3.4 14 0s-14 3.4-14 0v10c0 3.4 14 3.4 14 0V5M3 10c0 3.4 14 3.4 14 0"
        }
        // A bucket.
        Category::Storage => "M2.5 4.5c0-2.6 15-2.6 15 0s-15 2.6-15 0l2.3 11.7c.4 2.1 10 2.1 10.4 0L17.5 4.5",
        // Three joined points.
        Category::Api => {
            "M10 6.500a2.5 2.5 0 1 0-.1 0M4.5 18a2.5 2.5 0 1 0-.1 0M15.5 18a2.5 2.5 0 1 0-.1 0M8.8 6.2 5.6 13.200M11.2 6.200l3.2 7M7 15.500h6"
        }
        // A person.
        Category::Identity => "M10 9.500a3.7 3.7 0 1 0-.1 0M2.8 18c0-8.2 14.4-8.2 14.4 0z",
        // A globe.
        Category::Edge => {
            "M10 1.500a8.5 8.5 0 1 0 .1 0M1.5 10h17M10 1.500c-5.5 5-5.5 12 0 17M10 1.500c5.5 5 5.5 12 0 17"
        }
        // An envelope.
        Category::Messaging => "M2 4h16v12H2zM2 4.500l8 6.5 8-6.5",
        // A line that goes up and down.
        Category::Monitoring => "M2 2v16h16M5 13l3.5-5 3.5 3 5-7",
        // A shield.
        Category::Security => "M10 1.5 17.5 4v6c0 4.5-3.5 7.2-7.5 8.500C6 17.2 2.5 14.5 2.5 10V4z",
        // A box.
        Category::Other => "M3 6l7-4 7 4v8l-7 4-7-4zM3 6l7 4 7-4M10 10v8",
    }
}
