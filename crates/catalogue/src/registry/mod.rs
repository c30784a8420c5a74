//! The register of every event type: what it is called, when it fires, where it is documented.

mod amlyze;
mod dataspike;
mod index;
mod payload;

use std::fmt;

use crate::Vendor;
use crate::generated::{EXAMPLES, SCHEMAS};

pub(crate) use index::position_of_amlyze;
pub use payload::EventPayload;

/// How well the vendor's documents establish an event.
///
/// AMLYZE events carry a letter, by which documents give the name; Dataspike events a word, by what shows the payload.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Certainty {
    /// AMLYZE: an overview or an introductory page gives the full name.
    A,
    /// AMLYZE: the integration documentation has it, and so does at least one newer page.
    B,
    /// AMLYZE: only the integration documentation of 2024-12 has it.
    C,
    /// AMLYZE: only a newer page has it.
    D,
    /// Dataspike: the vendor's documents show name and payload.
    Documented,
    /// Dataspike: only code that the vendor published knows it.
    VendorCode,
    /// Dataspike: a document lists the name and shows no payload.
    NameOnly,
}

impl Certainty {
    /// The mark as text: one letter, or a word with underscores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Certainty::A => "A",
            Certainty::B => "B",
            Certainty::C => "C",
            Certainty::D => "D",
            Certainty::Documented => "documented",
            Certainty::VendorCode => "vendor_code",
            Certainty::NameOnly => "name_only",
        }
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How much of an event's payload is known.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PayloadKnowledge {
    /// Documents or vendor samples show it whole.
    Documented,
    /// Some members are known from code that reads them.
    Partial,
    /// Nothing but the event's name is known, so any object will do.
    NameOnly,
}

impl PayloadKnowledge {
    /// The same as text.
    pub const fn as_str(self) -> &'static str {
        match self {
            PayloadKnowledge::Documented => "documented",
            PayloadKnowledge::Partial => "partial",
            PayloadKnowledge::NameOnly => "name_only",
        }
    }
}

/// Where an example comes from.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Origin {
    /// A document or a sample of the vendor shows the body.
    Documented,
    /// No source shows such a body; it is put together from what is known of its siblings.
    Synthetic,
}

impl Origin {
    /// `documented` or `synthetic`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Origin::Documented => "documented",
            Origin::Synthetic => "synthetic",
        }
    }
}

/// One delivery of an event as it could arrive.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Example {
    /// The event's name, a dot and a number; unique within the vendor. The numbers have gaps.
    pub name: &'static str,
    /// Whether a source shows the body.
    pub origin: Origin,
    /// What is odd about it, or how it differs from what the source prints.
    pub note: Option<&'static str>,
    /// Header names in lower case, with their values as on the wire. A signature is added by whoever sends it.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body: compact JSON, byte for byte.
    pub body: &'static str,
}

/// The Rust type that a payload is read into.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    CustomerUpdated,
    RiskPending,
    RiskDecided,
    KycCompleted,
    RetrospectiveCompleted,
    ScreeningPending,
    ScreeningCompleted,
    RelatedEntityScreeningPending,
    RelatedEntityScreeningCompleted,
    Docver,
    DocverChecks,
    AmlScreening,
    Aml,
    Opaque,
}

/// One event type of one vendor.
#[non_exhaustive]
#[derive(Clone, Copy, Debug)]
pub struct EventInfo {
    /// Who sends it.
    pub vendor: Vendor,
    /// The name on the wire: the `type` of a CloudEvent, the `event_type` of a Dataspike envelope.
    pub name: &'static str,
    /// The `$id` of the event's schema, `urn:hookvet:<vendor>:<name>:1`.
    pub schema_id: &'static str,
    /// How well the vendor's documents establish it.
    pub certainty: Certainty,
    /// A few words for lists.
    pub title: &'static str,
    /// When it is sent, in one sentence.
    pub fires: &'static str,
    /// What the event's source holds.
    pub source_meaning: &'static str,
    /// What the event's subject holds.
    pub subject_meaning: &'static str,
    /// Documents that give the event, oldest first.
    pub documented_in: &'static [&'static str],
    /// Whether the vendor's current list of events no longer offers it.
    pub deprecated: bool,
    /// How much of the payload is known.
    pub payload: PayloadKnowledge,
    pub(crate) shape: Shape,
}

impl EventInfo {
    /// The event's JSON Schema, draft 2020-12, as compact JSON.
    ///
    /// For AMLYZE it describes the data, which is the whole body in binary mode; for Dataspike the whole envelope.
    pub fn schema(&self) -> &'static str {
        text(SCHEMAS, self.schema_id).copied().unwrap_or("true")
    }

    /// At least one delivery to try things out with.
    pub fn examples(&self) -> &'static [Example] {
        text(EXAMPLES, self.schema_id).copied().unwrap_or_default()
    }
}

/// Finds a generated text by the schema's id. A test makes sure that every event has its texts.
fn text<T>(texts: &'static [(&str, T)], schema_id: &str) -> Option<&'static T> {
    texts.binary_search_by_key(&schema_id, |(id, _)| id).ok().map(|at| &texts[at].1)
}

static EVENTS: [EventInfo; amlyze::EVENTS.len() + dataspike::EVENTS.len()] = {
    let mut all = [amlyze::EVENTS[0]; amlyze::EVENTS.len() + dataspike::EVENTS.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = if i < amlyze::EVENTS.len() { amlyze::EVENTS[i] } else { dataspike::EVENTS[i - amlyze::EVENTS.len()] };
        i += 1;
    }
    all
};

/// Every event type, AMLYZE first, each vendor in the order of the catalogue.
pub fn events() -> &'static [EventInfo] {
    &EVENTS
}

/// The event that `vendor` calls exactly `name`: text, or the octets of a header.
///
/// Misspellings and double spellings are not looked up; see [`amlyze::resolve_type`](crate::amlyze::resolve_type).
pub fn find(vendor: Vendor, name: impl AsRef<[u8]>) -> Option<&'static EventInfo> {
    let name = name.as_ref();
    let is_it = |info: &&EventInfo| info.name.as_bytes() == name;
    match vendor {
        // The index has compared all but the prefix.
        Vendor::Amlyze => index::position_of_amlyze(name)
            .map(|position| &EVENTS[position])
            .filter(|info| info.name.as_bytes().first_chunk::<{ index::PREFIX }>() == name.first_chunk()),
        Vendor::Dataspike => EVENTS[amlyze::EVENTS.len()..].iter().find(is_it),
        Vendor::CloudEvents | Vendor::StandardWebhooks => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_found_by_its_name_and_by_no_other_vendor() {
        for info in events() {
            assert!(std::ptr::eq(find(info.vendor, info.name).unwrap(), info), "{}", info.name);
            let other = if info.vendor == Vendor::Amlyze { Vendor::Dataspike } else { Vendor::Amlyze };
            assert!(find(other, info.name).is_none());
        }
        assert!(find(Vendor::CloudEvents, "DOCVER").is_none());
        assert!(find(Vendor::Dataspike, "docver").is_none());
        assert!(find(Vendor::Amlyze, "").is_none());
    }

    #[test]
    fn the_schema_id_is_made_of_vendor_and_name() {
        for info in events() {
            assert_eq!(info.schema_id, format!("urn:hookvet:{}:{}:1", info.vendor, info.name));
        }
    }

    #[test]
    fn every_event_has_a_schema_an_example_and_a_document() {
        for info in events() {
            assert!(info.schema().contains(info.schema_id), "{}", info.name);
            assert!(!info.examples().is_empty(), "{}", info.name);
            assert!(!info.documented_in.is_empty(), "{}", info.name);
        }
    }

    #[test]
    fn there_are_33_events_of_amlyze_and_7_of_dataspike() {
        let of = |vendor| events().iter().filter(|info| info.vendor == vendor).count();
        assert_eq!((of(Vendor::Amlyze), of(Vendor::Dataspike)), (33, 7));
    }
}
