//! `/posts`: the feed.

use chat::{Error, PageRequest, posts};

use crate::App;
use crate::answer::Answer;
use crate::event::Event;

/// `GET /posts?limit&nextToken`: `{ items, nextToken }`, newest first.
pub(crate) async fn list(app: &App, event: &Event) -> Result<Answer, Error> {
    let limit = event.query("limit").map(|text| {
        text.parse::<i64>().map_err(|_| {
            Error::InvalidInput(format!("limit is a number from 1 to {}", PageRequest::MAX_LIMIT))
        })
    });
    let page = PageRequest::new(limit.transpose()?, event.query("nextToken").map(str::to_owned))?;
    Answer::new(200, &posts::list(&app.store, &page).await?)
}
