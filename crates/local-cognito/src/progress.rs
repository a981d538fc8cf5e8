//! What a transaction of an operation ends with: the answer, or a function that has to be called first.
//!
//! No transaction is open while a function runs, which may take seconds. So an operation that calls one is a chain
//! of transactions, and each looks again at what may have changed meanwhile. If the process ends between two of
//! them, the operation has done nothing more than a client sees that got no answer.

use serde_json::Value;

use crate::error::Error;
use crate::triggers::Trigger;
use crate::turn::Turn;

/// How far an operation has come.
pub(crate) enum Progress<T> {
    Done(T),
    Invoke(Box<Invocation<T>>),
}

/// A call of a trigger's function, and the transaction that goes on with its answer.
pub(crate) struct Invocation<T> {
    pub(crate) trigger: Trigger,
    pub(crate) event: Value,
    pub(crate) then: Then<T>,
}

type Then<T> = Box<dyn FnOnce(&Turn<'_>, Result<Value, Error>) -> Result<Progress<T>, Error> + Send>;

impl<T: 'static> Progress<T> {
    pub(crate) fn invoke(
        trigger: Trigger,
        event: Value,
        then: impl FnOnce(&Turn<'_>, Result<Value, Error>) -> Result<Progress<T>, Error> + Send + 'static,
    ) -> Self {
        Progress::Invoke(Box::new(Invocation { trigger, event, then: Box::new(then) }))
    }

    /// Goes on when this is done: at once, or in the transaction in which it is.
    pub(crate) fn and_then<U: 'static>(
        self,
        turn: &Turn<'_>,
        go_on: impl FnOnce(&Turn<'_>, T) -> Result<Progress<U>, Error> + Send + 'static,
    ) -> Result<Progress<U>, Error> {
        match self {
            Progress::Done(value) => go_on(turn, value),
            Progress::Invoke(call) => {
                let Invocation { trigger, event, then } = *call;
                Ok(Progress::invoke(trigger, event, move |turn, answer| {
                    then(turn, answer)?.and_then(turn, go_on)
                }))
            }
        }
    }
}
