//! Batches: what the items of a list ask of one resolver goes to it at once, if it takes several.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/tutorial-lambda-resolvers-js.html#advanced-use-case-batching-js>

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard};

use futures::FutureExt;
use futures::future::join_all;
use tokio::sync::oneshot;

use crate::resolver::{Context, Raised, Resolved, Resolver};

type Answer = Result<Resolved, Raised>;

/// The contexts that wait for their resolver, each with where its answer goes.
#[derive(Default)]
pub(super) struct Batches(Mutex<HashMap<Key, Vec<Waiting>>>);

type Waiting = (Context, oneshot::Sender<Answer>);

/// The resolver, and the selection that is the same for all in a batch.
type Key = (usize, String);

impl Batches {
    /// Waits for the others of the same list, and answers this one's part.
    pub(super) async fn resolve(&self, resolver: &Arc<dyn Resolver>, context: Context) -> Answer {
        let address = Arc::as_ptr(resolver).cast::<()>().addr();
        let key = (address, context.info.selection_set_graphql.clone());
        let (sender, answer) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting();
            let batch = waiting.entry(key.clone()).or_default();
            batch.push((context, sender));
            batch.len() == 1
        };
        if is_first {
            // The fields of a list's items are begun one after the other, before any of them goes on.
            tokio::task::yield_now().await;
            let batch = self.waiting().remove(&key).unwrap_or_default();
            self.call(resolver, batch).await;
        }
        answer.await.unwrap_or_else(|_| Err(Raised::new("InternalFailure", "The batch was given up.")))
    }

    async fn call(&self, resolver: &Arc<dyn Resolver>, mut batch: Vec<Waiting>) {
        let mut calls = Vec::new();
        while !batch.is_empty() {
            let rest = batch.split_off(batch.len().min(resolver.max_batch_size()));
            let (contexts, senders): (Vec<_>, Vec<_>) =
                std::mem::replace(&mut batch, rest).into_iter().unzip();
            calls.push(async move {
                let wanted = contexts.len();
                let called = AssertUnwindSafe(resolver.resolve_batch(contexts)).catch_unwind().await;
                let mut answers = called.unwrap_or_else(|_| {
                    tracing::error!("a batch's resolver panicked");
                    Vec::new()
                });
                let missing =
                    || Err(Raised::new("InternalFailure", "The resolver did not answer this item."));
                answers.resize_with(wanted, missing);
                for (sender, answer) in senders.into_iter().zip(answers) {
                    // Whoever asked may be gone.
                    _ = sender.send(answer);
                }
            });
        }
        join_all(calls).await;
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Key, Vec<Waiting>>> {
        self.0.lock().expect("no panic happens while contexts are held")
    }
}
