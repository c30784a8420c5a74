//! What AMLYZE sends: payloads by shape, the event around them, and the rules for reading both.
//!
//! A payload is the CloudEvent's data, which in binary mode is the whole body. Every member is optional when reading,
//! since a missing one is no reason to lose a compliance event; what the documents require is said by the schema.
//!
//! # Example
//! ```
//! use hookvet_catalogue::amlyze::{Context, Data, Event, Resource, ScreeningDecision};
//!
//! let context = Context::new("019cd7cf-826c", "cef8654f", "app.amlyze.customer.screening.pep.completed")
//!     .with_subject("customer-7");
//! let event = Event::read(context, br#"{"externalId":"customer-7","screeningMatch":true,"pep":false}"#)?;
//! assert_eq!(event.screening_decision(), Some(ScreeningDecision::MatchDismissed));
//! assert_eq!(event.resource(), Resource::Customer(Some("customer-7")));
//! let Data::ScreeningCompleted(screening) = &event.data else { unreachable!() };
//! assert_eq!(screening.flags.pep, Some(false));
//! # Ok::<(), hookvet_catalogue::ReadError>(())
//! ```

mod communication;
mod customer;
mod data;
mod event;
mod names;
mod related_entity;
mod risk;
mod screening;

pub use communication::{CommunicationError, CommunicationEvent, CommunicationEvents};
pub use customer::{CustomerStatus, CustomerUpdated, Flags};
pub use data::Data;
pub use event::{Context, Event, Process, Resource, Stage};
pub use names::{Resolved, resolve_type};
pub use related_entity::{
    RelatedEntity, RelatedEntityScreeningCompleted, RelatedEntityScreeningPending, RelatedEntityType,
};
pub use risk::{
    DecisionType, KycCompleted, RetrospectiveCompleted, RetrospectiveDecision, RiskDecided, RiskLevel, RiskPending,
};
pub use screening::{ScreeningCompleted, ScreeningDecision, ScreeningList, ScreeningPending};

use crate::text::texts;

texts! {
    /// The integrator's own id of a customer or lead; any text.
    pub struct CustomerId;

    /// The integrator's own id of a related entity; any text.
    pub struct RelatedEntityId;
}
