//! What the layer leaves beside a request.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use hookvet::{EventContext, ReadEvent, TypedError, Verdict};

/// A delivery as it was judged: its verdict and its bytes. Cheap to clone; clones share both.
///
/// [`Vet`](crate::Vet) puts it into the extensions of the request that the inner service gets, and into those of every
/// refusal that it answers itself, for layers around it that count or log. With the feature `axum` it is an extractor.
///
/// `Debug` shows no value of the delivery.
///
/// # Example
/// ```
/// use bytes::Bytes;
/// use hookvet_tower::Delivery;
///
/// fn log<B>(request: &http::Request<B>) {
///     if let Some(delivery) = request.extensions().get::<Delivery>() {
///         for finding in delivery.verdict().findings() {
///             println!("{} {} {}", finding.rule, finding.severity, finding.place);
///         }
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Delivery(Arc<Inner>);

struct Inner {
    verdict: Verdict,
    body: Bytes,
}

impl Delivery {
    pub(crate) fn new(verdict: Verdict, body: Bytes) -> Self {
        Self(Arc::new(Inner { verdict, body }))
    }

    /// What hookvet says about it.
    pub fn verdict(&self) -> &Verdict {
        &self.0.verdict
    }

    /// The body that was judged, byte for byte as it came; empty where it was refused before all of it was there.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// The event, where one could be made out; `None` for a batch.
    #[must_use]
    pub fn event(&self) -> Option<&EventContext> {
        self.verdict().event()
    }

    /// The typed event, read when it is asked for and not before.
    ///
    /// # Errors
    /// Those of [`Verdict::read`].
    pub fn read<E: ReadEvent>(&self) -> Result<E, TypedError> {
        self.verdict().read(self.body())
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("verdict", self.verdict()).field("body_bytes", &self.body().len()).finish()
    }
}
