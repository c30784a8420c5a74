//! Members that the vendors' own rules look at: their slots in [`Record`](super::Record).

#[cfg(any(test, feature = "internals"))]
use hookvet_catalogue::{EventInfo, Vendor};

pub(crate) const CUSTOMER_EXTERNAL_ID: u8 = 1;
pub(crate) const UPDATED_AT: u8 = 2;
pub(crate) const DECISION_TYPE: u8 = 3;
pub(crate) const SANCTIONED: u8 = 4;
pub(crate) const PEP: u8 = 5;
pub(crate) const IN_ADVERSE_MEDIA: u8 = 6;
pub(crate) const IN_INTERNAL_LIST: u8 = 7;
pub(crate) const SCREENING_MATCH: u8 = 8;
pub(crate) const SCREENING_GUID: u8 = 9;

pub(crate) const ID: u8 = 1;
pub(crate) const WEBHOOK_ID: u8 = 2;
pub(crate) const EVENT_TYPE: u8 = 3;
pub(crate) const TIMESTAMP: u8 = 4;
pub(crate) const PAYLOAD: u8 = 5;

/// The slot of members that are watched below the root, wherever there is one of the name; the others are the root's.
pub(crate) const NESTED: u8 = 10;

/// Members of the root of an AMLYZE payload, each with its slot.
pub(crate) const OF_AMLYZE: [(&str, u8); 10] = [
    ("customerExternalID", CUSTOMER_EXTERNAL_ID),
    ("customerExternalId", CUSTOMER_EXTERNAL_ID),
    ("updatedAt", UPDATED_AT),
    ("decisionType", DECISION_TYPE),
    ("sanctioned", SANCTIONED),
    ("pep", PEP),
    ("inAdverseMedia", IN_ADVERSE_MEDIA),
    ("inInternalList", IN_INTERNAL_LIST),
    ("screeningMatch", SCREENING_MATCH),
    ("screeningGuid", SCREENING_GUID),
];

/// Members of a Dataspike envelope, each with its slot.
#[cfg(any(test, feature = "internals"))]
const OF_DATASPIKE: [(&str, u8); 5] = [
    ("id", ID),
    ("webhook_id", WEBHOOK_ID),
    ("event_type", EVENT_TYPE),
    ("timestamp", TIMESTAMP),
    ("payload", PAYLOAD),
];

/// What is watched in an event.
///
/// Spellings that a schema does not list (`updateAt`, `customerExternalId` where it is written `ID`) are unknown
/// members there, so a payload with one of them is never clean and is looked at whole.
#[cfg(any(test, feature = "internals"))]
pub(crate) fn watched(event: &EventInfo) -> Vec<(&'static str, u8)> {
    let of_the_root: &[_] = match event.vendor {
        Vendor::Amlyze => &OF_AMLYZE,
        Vendor::Dataspike => &OF_DATASPIKE,
        _ => &[],
    };
    let nested: &[_] = match event.name {
        "DOCVER" | "DOCVER_CHECKS" => &[("data", NESTED)],
        "AML_SCREENING" => &[("search_result", NESTED), ("ref", NESTED)],
        _ => &[],
    };
    [of_the_root, nested].concat()
}
