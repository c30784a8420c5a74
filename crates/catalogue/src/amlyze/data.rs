//! The data of an event, by shape.

use serde::{Serialize, Serializer};

use super::{
    CustomerUpdated, Flags, KycCompleted, RelatedEntityScreeningCompleted, RelatedEntityScreeningPending,
    RetrospectiveCompleted, RiskDecided, RiskPending, ScreeningCompleted, ScreeningPending, resolve_type,
};
use crate::manner::unwrapped;
use crate::registry::Shape;
use crate::{Opaque, ReadError, Unknown};

/// The data of an AMLYZE event. Several event types share a shape; the event's type tells which one it is.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Data {
    /// `com.amlyze.customer.updated`.
    CustomerUpdated(CustomerUpdated),
    /// KYC scoring of a customer or lead, or monitoring of an operation: pending.
    RiskPending(RiskPending),
    /// KYC scoring of a customer: waiting for the approval date. KYC scoring of a lead, or monitoring of an operation:
    /// completed.
    RiskDecided(RiskDecided),
    /// KYC scoring of a customer: completed.
    KycCompleted(KycCompleted),
    /// Retrospective monitoring of a customer: completed.
    RetrospectiveCompleted(RetrospectiveCompleted),
    /// Screening of a customer or lead: pending.
    ScreeningPending(ScreeningPending),
    /// Screening of a customer or lead: completed.
    ScreeningCompleted(ScreeningCompleted),
    /// Screening of a related entity: pending.
    RelatedEntityScreeningPending(Box<RelatedEntityScreeningPending>),
    /// Screening of a related entity: completed.
    RelatedEntityScreeningCompleted(Box<RelatedEntityScreeningCompleted>),
    /// A type that the catalogue does not know.
    Unknown(Unknown),
}

impl Data {
    /// Reads the data of an event of type `event_type`.
    ///
    /// Data that comes as a JSON string around a JSON object is read as that object. An unknown type keeps any JSON.
    ///
    /// # Errors
    /// [`ReadError`] where `json` is no JSON, or a member has another JSON type than every document gives it. Missing
    /// members and unknown words are no error.
    pub fn read(event_type: &str, json: &str) -> Result<Self, ReadError> {
        let inner = unwrapped(json);
        let text = inner.as_deref().unwrap_or(json);
        let shape = resolve_type(event_type).info().map(|info| info.shape);
        Ok(match shape {
            Some(Shape::CustomerUpdated) => Data::CustomerUpdated(serde_json::from_str(text)?),
            Some(Shape::RiskPending) => Data::RiskPending(serde_json::from_str(text)?),
            Some(Shape::RiskDecided) => Data::RiskDecided(serde_json::from_str(text)?),
            Some(Shape::KycCompleted) => Data::KycCompleted(serde_json::from_str(text)?),
            Some(Shape::RetrospectiveCompleted) => Data::RetrospectiveCompleted(serde_json::from_str(text)?),
            Some(Shape::ScreeningPending) => Data::ScreeningPending(serde_json::from_str(text)?),
            Some(Shape::ScreeningCompleted) => Data::ScreeningCompleted(serde_json::from_str(text)?),
            Some(Shape::RelatedEntityScreeningPending) => {
                Data::RelatedEntityScreeningPending(serde_json::from_str(text)?)
            }
            Some(Shape::RelatedEntityScreeningCompleted) => {
                Data::RelatedEntityScreeningCompleted(serde_json::from_str(text)?)
            }
            _ => Data::Unknown(Unknown::new(event_type, serde_json::from_str::<Opaque>(json)?)),
        })
    }

    /// The findings, on the shapes that have any.
    pub fn flags(&self) -> Option<&Flags> {
        match self {
            Data::CustomerUpdated(data) => Some(&data.flags),
            Data::ScreeningCompleted(data) => Some(&data.flags),
            Data::RelatedEntityScreeningCompleted(data) => Some(&data.flags),
            _ => None,
        }
    }
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Data::CustomerUpdated(data) => data.serialize(serializer),
            Data::RiskPending(data) => data.serialize(serializer),
            Data::RiskDecided(data) => data.serialize(serializer),
            Data::KycCompleted(data) => data.serialize(serializer),
            Data::RetrospectiveCompleted(data) => data.serialize(serializer),
            Data::ScreeningPending(data) => data.serialize(serializer),
            Data::ScreeningCompleted(data) => data.serialize(serializer),
            Data::RelatedEntityScreeningPending(data) => data.serialize(serializer),
            Data::RelatedEntityScreeningCompleted(data) => data.serialize(serializer),
            Data::Unknown(data) => data.serialize(serializer),
        }
    }
}
