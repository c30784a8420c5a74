//! Dataspike: the numbered places where its documents and code disagree, each with the reading that loses nothing.

mod payload;
mod secret;
mod signature;

use hookvet_catalogue::{EventInfo, Vendor, find};

pub use self::signature::sign;
use super::{Envelope, Profile, Reading, Resolved, Tell};
use crate::authenticity::Scheme;
use crate::cloudevents::attributes::Core;
use crate::finding::Severity;
use crate::json::{Document, Node};
use crate::rule::Rule;
use crate::schema::Violation;
use crate::schema::onepass::Record;
use crate::verdict::EventContext;

/// Largest body that is taken by default, in bytes: Dataspike, whose screening results are long.
pub const DEFAULT_MAX_BODY_DATASPIKE: usize = 1024 * 1024;

pub(crate) struct Dataspike;

impl Profile for Dataspike {
    fn vendor(&self) -> Vendor {
        Vendor::Dataspike
    }

    fn name(&self) -> &'static str {
        "Dataspike"
    }

    fn max_body(&self) -> usize {
        DEFAULT_MAX_BODY_DATASPIKE
    }

    fn envelope(&self) -> Option<&'static Envelope> {
        Some(&ENVELOPE)
    }

    fn scheme(&self) -> Option<&'static dyn Scheme> {
        Some(&signature::DataspikeScheme)
    }

    fn resolve(&self, event_type: &str) -> Resolved {
        let event = find(Vendor::Dataspike, event_type);
        let message = "no document lists this event type; it is handed on as an unknown type";
        let is_unknown = event.is_none() && !event_type.is_empty();
        Resolved { event, said: is_unknown.then_some((Rule::Dataspike3, message.into())) }
    }

    fn payload_reading(&self, _event_type: &str, violation: &Violation, value: Option<Node<'_, '_>>) -> Reading {
        payload::reading(violation, value)
    }

    /// A typed event cannot be read without the members that say what it is.
    fn severity(&self, violation: &Violation, value: Option<Node<'_, '_>>) -> Option<Severity> {
        payload::is_needed(violation, value).then_some(Severity::Error)
    }

    fn is_content_with(&self, event: &EventInfo, _context: &EventContext, data: &[u8], record: &Record) -> bool {
        !payload::needs_document(event.name, data, record)
    }

    fn look_at_payload(&self, event: &EventInfo, _context: &EventContext, data: &Document<'_>, tell: Tell<'_>) {
        payload::look_at(event.name, data, tell);
    }

    #[cfg(any(test, feature = "internals"))]
    fn captured(&self, event: &EventInfo) -> Vec<(&'static str, u8)> {
        let mut members: Vec<_> = ENVELOPE.members.iter().map(|(name, slot, _)| (*name, *slot)).collect();
        members.push(("payload", slot::PAYLOAD));
        members.extend_from_slice(match event.name {
            "DOCVER" | "DOCVER_CHECKS" => &[("data", slot::NESTED)],
            "AML_SCREENING" => &[("search_result", slot::NESTED), ("ref", slot::NESTED)],
            _ => &[],
        });
        members
    }
}

static ENVELOPE: Envelope = Envelope {
    members: &[
        ("id", slot::ID, Core::Id),
        ("webhook_id", slot::WEBHOOK_ID, Core::Source),
        ("event_type", slot::EVENT_TYPE, Core::Type),
        ("timestamp", slot::TIMESTAMP, Core::Time),
    ],
    headers: &[],
    is_type_required: true,
    check: payload::check_envelope,
};

/// The slots of the members that are looked at, in the pass's [`Record`].
mod slot {
    pub(super) const ID: u8 = 1;
    pub(super) const WEBHOOK_ID: u8 = 2;
    pub(super) const EVENT_TYPE: u8 = 3;
    pub(super) const TIMESTAMP: u8 = 4;
    pub(super) const PAYLOAD: u8 = 5;
    pub(super) use crate::schema::onepass::NESTED;
}
