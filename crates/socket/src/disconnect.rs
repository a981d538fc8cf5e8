//! `$disconnect`: forgets the connection. It is best effort; broadcasts and the table's time to live find the rest.

use chat::connections;

use crate::event::Event;
use crate::{App, Failure};

pub(crate) async fn disconnect(app: &App, event: &Event) -> Result<(), Failure> {
    Ok(connections::close(&app.store, event.caller()?, &event.connection()?).await?)
}
