//! Which events carry a payload type.

use super::{EventInfo, Shape, events};
use crate::{amlyze, dataspike};

mod sealed {
    pub trait Sealed {}
}

/// A payload type of the catalogue, and the event types that carry it.
///
/// Sealed: the register is this crate's.
///
/// # Example
/// ```
/// use hookvet_catalogue::{EventPayload as _, amlyze};
///
/// let names: Vec<&str> = amlyze::CustomerUpdated::events().map(|info| info.name).collect();
/// assert_eq!(names, ["com.amlyze.customer.updated"]);
/// assert_eq!(amlyze::ScreeningPending::events().count(), 8);
/// ```
pub trait EventPayload: sealed::Sealed {
    /// Every event type whose payload is this one, in the order of the register.
    fn events() -> impl Iterator<Item = &'static EventInfo>;
}

macro_rules! payloads {
    ($( $payload:ty => $shape:ident; )*) => { $(
        impl sealed::Sealed for $payload {}

        impl EventPayload for $payload {
            fn events() -> impl Iterator<Item = &'static EventInfo> {
                events().iter().filter(|info| info.shape == Shape::$shape)
            }
        }
    )* };
}

payloads! {
    amlyze::CustomerUpdated => CustomerUpdated;
    amlyze::RiskPending => RiskPending;
    amlyze::RiskDecided => RiskDecided;
    amlyze::KycCompleted => KycCompleted;
    amlyze::RetrospectiveCompleted => RetrospectiveCompleted;
    amlyze::ScreeningPending => ScreeningPending;
    amlyze::ScreeningCompleted => ScreeningCompleted;
    amlyze::RelatedEntityScreeningPending => RelatedEntityScreeningPending;
    amlyze::RelatedEntityScreeningCompleted => RelatedEntityScreeningCompleted;
    dataspike::Verification => Docver;
    dataspike::DocverChecks => DocverChecks;
    dataspike::AmlScreening => AmlScreening;
}
