//! The extractors.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use hookvet::ReadEvent;

use crate::delivery::Delivery;
use crate::rejection::VettedRejection;

/// The typed event of an accepted delivery: [`hookvet::amlyze::Event`], [`hookvet::dataspike::Event`], one payload of
/// theirs, or a type of your own: an [`OwnEvent`](hookvet::OwnEvent), or whatever implements [`ReadEvent`].
///
/// It looks at what [`Vet`](crate::Vet) left beside the request and takes nothing of the body, so it stands beside `web::Bytes`,
/// `web::Json`, `web::Payload` and any other extractor, in any order. A refused delivery never comes out of it, not even under
/// [`OnInvalid::PassWithVerdict`](crate::OnInvalid::PassWithVerdict).
///
/// # Errors
/// [`VettedRejection`], which is answered with a problem document; `Result<Vetted<E>, VettedRejection>` is an extractor too.
///
/// # Example
/// ```
/// use actix_web::{HttpResponse, web};
/// use hookvet::amlyze;
/// use hookvet_actix::{Delivery, Vetted};
///
/// async fn customer_updated(
///     Vetted(customer): Vetted<amlyze::CustomerUpdated>,
///     delivery: Delivery,
///     sent: web::Bytes,
/// ) -> HttpResponse {
///     assert_eq!(delivery.body(), &sent);
///     println!("{:?} is now {:?}", delivery.event().map(hookvet::EventContext::key), customer.risk_level);
///     HttpResponse::NoContent().finish()
/// }
/// # let _ = web::post().to(customer_updated);
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Vetted<E>(pub E);

impl<E: ReadEvent + 'static> FromRequest for Vetted<E> {
    type Error = VettedRejection;
    type Future = Ready<Result<Self, VettedRejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(delivery(request).and_then(|delivery| {
            if !delivery.verdict().is_accepted() {
                return Err(VettedRejection::Refused(delivery));
            }
            delivery.read().map(Vetted).map_err(VettedRejection::Unread)
        }))
    }
}

impl FromRequest for Delivery {
    type Error = VettedRejection;
    type Future = Ready<Result<Self, VettedRejection>>;

    /// Gives refused deliveries too, where [`OnInvalid::PassWithVerdict`](crate::OnInvalid::PassWithVerdict) lets them
    /// come this far.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(delivery(request))
    }
}

fn delivery(request: &HttpRequest) -> Result<Delivery, VettedRejection> {
    request.extensions().get::<Delivery>().cloned().ok_or(VettedRejection::MissingVet)
}
