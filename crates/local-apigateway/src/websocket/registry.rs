//! Who is connected.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::event::Client;
use super::outbox::Outbox;

/// Connections by id.
#[derive(Default)]
pub(super) struct Registry(Mutex<HashMap<String, Arc<Connected>>>);

pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) outbox: Outbox,
    last_active: Mutex<Timestamp>,
}

impl Connected {
    pub(super) fn touch(&self) {
        *self.last_active.lock().unwrap_or_else(PoisonError::into_inner) = Timestamp::now();
    }

    pub(super) fn last_active(&self) -> Timestamp {
        *self.last_active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// None if there are already as many as there may be.
    pub(super) fn join(&self, client: Client, outbox: Outbox, most: usize) -> Option<Arc<Connected>> {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if connections.len() >= most {
            return None;
        }
        let last_active = Mutex::new(client.connected_at);
        let connected = Arc::new(Connected { client, outbox, last_active });
        connections.insert(connected.client.connection_id.clone(), Arc::clone(&connected));
        Some(connected)
    }

    pub(super) fn leave(&self, connection_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(connection_id);
    }

    pub(super) fn find(&self, connection_id: &str) -> Option<Arc<Connected>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(connection_id).cloned()
    }

    pub(super) fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
