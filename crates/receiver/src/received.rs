//! A delivery together with what was found about it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use hookvet::{EventContext, ReadEvent, TypedError, Verdict};

use crate::answer::Answer;
use crate::receiver::Receiver;
use crate::record::{attributes, event_digest};

/// A delivery as it was judged: its verdict and its bytes. Cheap to clone; clones share both.
///
/// `Debug` shows no value of the delivery.
#[derive(Clone)]
pub struct Received {
    verdict: Arc<Verdict>,
    body: Bytes,
    is_decoded: bool,
    /// Who judged it, where it may come to an answer.
    receiver: Option<Receiver>,
}

impl Received {
    pub(crate) fn new(receiver: &Receiver, verdict: Arc<Verdict>, body: Bytes, is_decoded: bool) -> Self {
        let receiver = (!verdict.is_accepted()).then(|| receiver.clone());
        Self { verdict, body, is_decoded, receiver }
    }

    /// What hookvet says about it.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The body that was judged, byte for byte as it came, without a content coding that the receiver undoes; empty where it was
    /// refused before all of it was there.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Whether a content coding was undone: an adapter then takes `Content-Encoding` off the request, and writes the body's own
    /// `Content-Length`.
    #[must_use]
    pub fn is_decoded(&self) -> bool {
        self.is_decoded
    }

    /// The event, where one could be made out; `None` for a batch.
    #[must_use]
    pub fn event(&self) -> Option<&EventContext> {
        self.verdict().event()
    }

    /// The identity for telling duplicates, [`EventContext::key`]. `None` where no event could be made out, and for a batch: such
    /// a delivery is nobody's duplicate, so keep every one of them.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        self.event().map(EventContext::key)
    }

    /// Tells a redelivery, which has the same key and the same digest, from a conflict: [`event_digest`] of the event's context
    /// attributes and the body.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        event_digest(self.event().into_iter().flat_map(attributes), self.body())
    }

    /// The typed event, read when it is asked for and not before.
    ///
    /// # Errors
    /// Those of [`Verdict::read`].
    pub fn read<E: ReadEvent>(&self) -> Result<E, TypedError> {
        self.verdict().read(self.body())
    }

    /// What its sender is told where it is refused; `None` for an accepted delivery, which the handler answers.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        self.receiver.as_ref().map(|receiver| Answer::refusal(receiver, self.verdict(), None))
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("verdict", self.verdict()).field("body_bytes", &self.body().len()).finish()
    }
}
