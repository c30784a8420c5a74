//! The slots of the members that the rules here look at, in the pass's [`Record`](crate::schema::onepass::Record).

pub(super) const CUSTOMER_EXTERNAL_ID: u8 = 1;
pub(super) const UPDATED_AT: u8 = 2;
pub(super) const DECISION_TYPE: u8 = 3;
pub(super) const SANCTIONED: u8 = 4;
pub(super) const PEP: u8 = 5;
pub(super) const IN_ADVERSE_MEDIA: u8 = 6;
pub(super) const IN_INTERNAL_LIST: u8 = 7;
pub(super) const SCREENING_MATCH: u8 = 8;
pub(super) const SCREENING_GUID: u8 = 9;

/// Members of the root, each with its slot.
///
/// Spellings that a schema does not list (`updateAt`, `customerExternalId` where it is written `ID`) are unknown
/// members there, so a payload with one of them is looked at whole.
pub(super) const OF_THE_ROOT: [(&str, u8); 10] = [
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
