//! The extractors.

use axum_core::extract::FromRequestParts;
use hookvet::ReadEvent;
use http::request::Parts;

use super::rejection::VettedRejection;
use crate::delivery::Delivery;

/// The typed event of an accepted delivery: [`hookvet::amlyze::Event`], [`hookvet::dataspike::Event`], one payload of
/// theirs, or a type of your own: an [`OwnEvent`](hookvet::OwnEvent), or whatever implements [`ReadEvent`].
///
/// A refused delivery never comes out of it, not even under
/// [`OnInvalid::PassWithVerdict`](crate::OnInvalid::PassWithVerdict). Example: [module docs](super).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Vetted<E>(pub E);

impl<S: Sync, E: ReadEvent> FromRequestParts<S> for Vetted<E> {
    type Rejection = VettedRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, VettedRejection> {
        let delivery = parts.extensions.get::<Delivery>().ok_or(VettedRejection::MissingLayer)?;
        if !delivery.verdict().is_accepted() {
            return Err(VettedRejection::Refused(delivery.clone()));
        }
        delivery.read().map(Vetted).map_err(VettedRejection::Unread)
    }
}

impl<S: Sync> FromRequestParts<S> for Delivery {
    type Rejection = VettedRejection;

    /// Gives refused deliveries too, where [`OnInvalid::PassWithVerdict`](crate::OnInvalid::PassWithVerdict) lets them
    /// come this far.
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, VettedRejection> {
        parts.extensions.get::<Self>().cloned().ok_or(VettedRejection::MissingLayer)
    }
}
