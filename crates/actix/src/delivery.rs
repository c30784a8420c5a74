//! What the middleware leaves beside a request.

use std::fmt;
use std::ops::Deref;

use hookvet_receiver::Received;

/// A delivery as it was judged: its verdict and its bytes. Cheap to clone; clones share both.
///
/// [`Vet`](crate::Vet) puts it into the extensions of the request that the handler gets, and into those of every refusal that it
/// answers itself, for middleware around it that counts or logs. It is an extractor as well.
///
/// What it can tell is in [`Received`], which it derefs to. `Debug` shows no value of the delivery.
///
/// # Example
/// ```
/// use actix_web::HttpResponse;
/// use hookvet_actix::Delivery;
///
/// async fn store(delivery: Delivery) -> HttpResponse {
///     for finding in delivery.verdict().findings() {
///         println!("{} {} {}", finding.rule, finding.severity, finding.place);
///     }
///     HttpResponse::NoContent().finish()
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
