//! The envelope around every event.
//!
//! Source: Dataspike webhooks documentation, 2022-09; docs.dataspike.io, webhook configuration.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

use super::{AmlScreening, ApplicantId, DocverChecks, EventId, Verification, WebhookId};
use crate::error::ReadErrorKind;
use crate::key::event_key;
use crate::members::payload;
use crate::registry::{Shape, find};
use crate::{EventInfo, Extra, Opaque, ReadError, Timestamp, Unknown, Vendor};

payload! {
    /// The five members of every delivery.
    pub(crate) struct Envelope {
        /// The event.
        id: EventId = "id" [required],
        /// The registered webhook that fired.
        webhook_id: WebhookId = "webhook_id" [required],
        /// The event's name; selects the payload.
        event_type: String = "event_type" [required],
        /// The event's time. Samples show times in the payload that are later.
        timestamp: Timestamp = "timestamp" [required],
        /// The event's content; empty in a test event.
        payload: Opaque = "payload" [required],
    }
}

/// An event of Dataspike, read.
#[non_exhaustive]
#[derive(Clone, Eq, PartialEq)]
pub struct Event {
    /// The event's id.
    pub id: EventId,
    /// The registered webhook that fired; documented as always there.
    pub webhook_id: Option<WebhookId>,
    /// The event's name as received.
    pub event_type: String,
    /// The event's time; documented as always there. No order follows from it.
    pub timestamp: Option<Timestamp>,
    /// The content by its shape.
    pub payload: Payload,
    /// Members of the envelope that the catalogue does not know.
    pub extra: Extra,
    empty: bool,
    raw: String,
}

impl Event {
    /// Reads a delivery's body.
    ///
    /// # Errors
    /// [`ReadError`] where the body is no JSON object, lacks `id`, `event_type` or `payload`, or a member has another
    /// JSON type than every source gives it. Other missing members and unknown words are no error.
    pub fn read(body: &[u8]) -> Result<Self, ReadError> {
        let raw = std::str::from_utf8(body)?;
        let envelope: Envelope = serde_json::from_str(raw)?;
        let missing = |name| ReadError::new(ReadErrorKind::MissingMember(name));
        let id = envelope.id.ok_or_else(|| missing("id"))?;
        let event_type = envelope.event_type.ok_or_else(|| missing("event_type"))?;
        let payload = envelope.payload.ok_or_else(|| missing("payload"))?;
        if !payload.is_object() {
            return Err(ReadError::new(ReadErrorKind::WrongType));
        }
        Ok(Event {
            id,
            webhook_id: envelope.webhook_id,
            timestamp: envelope.timestamp,
            extra: envelope.extra,
            empty: payload.is_empty_object(),
            payload: Payload::read(&event_type, payload)?,
            event_type,
            raw: raw.to_owned(),
        })
    }

    /// The body as received, byte for byte.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The registered event, where the name is known.
    pub fn info(&self) -> Option<&'static EventInfo> {
        find(Vendor::Dataspike, &self.event_type)
    }

    /// The event's identity for telling duplicates: webhook id and event id, joined by a space.
    ///
    /// The vendor's samples reuse ids, so a digest of the body belongs beside it: the same key with another body is
    /// worth a warning.
    pub fn key(&self) -> String {
        event_key(self.webhook_id.as_ref().map(WebhookId::as_str), self.id.as_str())
    }

    /// Who the event is about, where the payload's shape is known.
    pub fn applicant_id(&self) -> Option<&ApplicantId> {
        match &self.payload {
            Payload::Docver(verification) => verification.applicant_id.as_ref(),
            Payload::DocverChecks(check) => check.applicant_id.as_ref(),
            Payload::AmlScreening(screening) => screening.applicant_id.as_ref(),
            Payload::Opaque(_) | Payload::Unknown(_) => None,
        }
    }

    /// Whether the payload is empty, as that of a test event sent from the dashboard.
    pub fn is_test(&self) -> bool {
        self.empty
    }

    /// Whether the event ends a process: a verification in a final status, or a screening.
    ///
    /// A single check never does, and neither does a test event or a payload of unknown shape.
    pub fn is_final(&self) -> bool {
        match &self.payload {
            Payload::Docver(verification) => verification.is_final(),
            Payload::AmlScreening(_) => !self.empty,
            Payload::DocverChecks(_) | Payload::Opaque(_) | Payload::Unknown(_) => false,
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.info().map_or("unknown", |info| info.name);
        f.debug_struct("Event")
            .field("event_type", &format_args!("{name}"))
            .field("payload", &self.payload)
            .finish_non_exhaustive()
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        if let Some(webhook_id) = &self.webhook_id {
            map.serialize_entry("webhook_id", webhook_id)?;
        }
        map.serialize_entry("event_type", &self.event_type)?;
        if let Some(timestamp) = &self.timestamp {
            map.serialize_entry("timestamp", timestamp)?;
        }
        map.serialize_entry("payload", &self.payload)?;
        for (name, value) in &self.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The content of an event.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Payload {
    /// `DOCVER`: a verification has finished.
    Docver(Box<Verification>),
    /// `DOCVER_CHECKS`: one check got a result.
    DocverChecks(Box<DocverChecks>),
    /// `AML_SCREENING`, and `AML` where the payload looks like one.
    AmlScreening(Box<AmlScreening>),
    /// A known name without a known payload: `APPLICANT`, `TRANSACTION_MONITORING`, `KYT_WALLET_CHECK`, and `AML` where
    /// the payload looks like nothing known.
    Opaque(OpaquePayload),
    /// A name that the catalogue does not know.
    Unknown(Unknown),
}

impl Payload {
    fn read(event_type: &str, payload: Opaque) -> Result<Self, ReadError> {
        let Some(info) = find(Vendor::Dataspike, event_type) else {
            return Ok(Payload::Unknown(Unknown::new(event_type, payload)));
        };
        Ok(match info.shape {
            Shape::Docver => Payload::Docver(payload.read()?),
            Shape::DocverChecks => Payload::DocverChecks(payload.read()?),
            Shape::AmlScreening => Payload::AmlScreening(payload.read()?),
            // No document shows a payload under this name, so one that is no screening after all is not refused.
            Shape::Aml if is_screening(&payload) => match payload.read() {
                Ok(screening) => Payload::AmlScreening(screening),
                Err(_) => Payload::Opaque(OpaquePayload { name: info.name, raw: payload }),
            },
            _ => Payload::Opaque(OpaquePayload { name: info.name, raw: payload }),
        })
    }
}

/// Whether the payload has a member that only a screening has.
fn is_screening(payload: &Opaque) -> bool {
    #[derive(Deserialize)]
    struct Members {
        screening_id: Option<serde::de::IgnoredAny>,
        search_request: Option<serde::de::IgnoredAny>,
        search_result: Option<serde::de::IgnoredAny>,
        search_response: Option<serde::de::IgnoredAny>,
    }
    payload.read::<Members>().is_ok_and(|members| {
        [members.screening_id, members.search_request, members.search_result, members.search_response]
            .iter()
            .any(Option::is_some)
    })
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Payload::Docver(payload) => payload.serialize(serializer),
            Payload::DocverChecks(payload) => payload.serialize(serializer),
            Payload::AmlScreening(payload) => payload.serialize(serializer),
            Payload::Opaque(payload) => payload.raw.serialize(serializer),
            Payload::Unknown(payload) => payload.serialize(serializer),
        }
    }
}

/// The payload of a known event whose shape no source shows.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OpaquePayload {
    /// The event's name.
    pub name: &'static str,
    /// The payload as received.
    pub raw: Opaque,
}

impl OpaquePayload {
    /// Reads the payload into a type of the caller's choice, such as [`Applicant`](super::Applicant).
    ///
    /// # Errors
    /// [`ReadError`] where the payload does not fit the type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        self.raw.read()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Applicant, VerificationStatus};
    use super::*;

    fn event(event_type: &str, payload: &str) -> Event {
        Event::read(
            format!(r#"{{"payload":{payload},"event_type":"{event_type}","id":"e","webhook_id":"w"}}"#).as_bytes(),
        )
        .unwrap()
    }

    #[test]
    fn the_name_selects_the_payload_wherever_it_stands() {
        assert!(matches!(event("DOCVER", r#"{"status":"failed"}"#).payload, Payload::Docver(_)));
        assert!(matches!(event("DOCVER_CHECKS", "{}").payload, Payload::DocverChecks(_)));
        assert!(matches!(event("KYT_WALLET_CHECK", "{}").payload, Payload::Opaque(_)));
        assert!(matches!(event("SOMETHING_NEW", "{}").payload, Payload::Unknown(_)));
    }

    #[test]
    fn the_older_screening_event_is_told_by_its_shape() {
        assert!(matches!(event("AML", r#"{"search_result":{}}"#).payload, Payload::AmlScreening(_)));
        assert!(matches!(event("AML", r#"{"applicant_id":"a"}"#).payload, Payload::Opaque(_)));
        assert!(matches!(event("AML", r#"{"search_result":7}"#).payload, Payload::Opaque(_)));
    }

    #[test]
    fn an_empty_payload_is_a_test() {
        let test = event("AML_SCREENING", "{ }");
        assert!(test.is_test() && !test.is_final());
        assert!(!event("AML_SCREENING", r#"{"screening_id":"s"}"#).is_test());
    }

    #[test]
    fn only_a_final_status_ends_a_verification() {
        assert!(event("DOCVER", r#"{"status":"expired"}"#).is_final());
        assert!(!event("DOCVER", r#"{"status":"in_progress"}"#).is_final());
        let odd = event("DOCVER", r#"{"status":"passed"}"#);
        assert!(!odd.is_final());
        let Payload::Docver(verification) = odd.payload else { unreachable!() };
        assert_eq!(verification.status, Some(VerificationStatus::Other("passed".to_owned())));
    }

    #[test]
    fn the_key_is_webhook_and_event() {
        assert_eq!(event("DOCVER", "{}").key(), "w e");
        assert_eq!(Event::read(br#"{"id":"e","event_type":"X","payload":{}}"#).unwrap().key(), "e");
    }

    #[test]
    fn a_name_only_payload_can_be_read_by_guess() {
        let Payload::Opaque(payload) = event("APPLICANT", r#"{"applicant_id":"a"}"#).payload else { unreachable!() };
        assert_eq!(payload.read::<Applicant>().unwrap().applicant_id, Some("a".into()));
    }

    #[test]
    fn what_cannot_be_done_without_is_missed_by_name() {
        let kind = |text: &str| Event::read(text.as_bytes()).unwrap_err().kind();
        assert_eq!(kind("{}"), ReadErrorKind::MissingMember("id"));
        assert_eq!(kind(r#"{"id":"e","event_type":"X"}"#), ReadErrorKind::MissingMember("payload"));
        assert_eq!(kind(r#"{"id":"e","event_type":"X","payload":"Jane"}"#), ReadErrorKind::WrongType);
        assert_eq!(kind("[]"), ReadErrorKind::WrongType);
        assert_eq!(Event::read(b"\xff").unwrap_err().kind(), ReadErrorKind::NotUtf8);
    }
}
