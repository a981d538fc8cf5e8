//! `$connect`: remembers who is at the other end.

use chat::connections;

use crate::event::Event;
use crate::{App, Failure};

pub(crate) async fn connect(app: &App, event: &Event) -> Result<(), Failure> {
    Ok(connections::open(&app.store, event.caller()?, &event.connection()?).await?)
}
