//! What the layer leaves beside a request.

use std::fmt;
use std::ops::Deref;

use hookvet_receiver::Received;

/// A delivery as it was judged: its verdict and its bytes. Cheap to clone; clones share both.
///
/// [`Vet`](crate::Vet) puts it into the extensions of the request that the inner service gets, and into those of every
/// refusal that it answers itself, for layers around it that count or log. With the feature `axum` it is an extractor.
///
/// What it can tell is in [`Received`], which it derefs to. `Debug` shows no value of the delivery.
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
pub struct Delivery(pub(crate) Received);

impl Deref for Delivery {
    type Target = Received;

    fn deref(&self) -> &Received {
        &self.0
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Delivery").field(&self.0).finish()
    }
}
