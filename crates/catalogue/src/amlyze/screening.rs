//! Screening of customers and leads against the four lists.
//!
//! Source: AMLYZE integration documentation, screening webhooks, 2024-12; `screeningMatch` and `screeningGuid` on
//! pending events from pages of 2025.

use super::{CustomerId, Flags};
use crate::members::payload;

payload! {
    /// A search found something that a person has to decide: `app.amlyze.{customer,lead}.screening.….pending`.
    pub struct ScreeningPending {
        /// The customer or lead, by the integrator's own id; the same as the event's subject.
        external_id: CustomerId = "externalId" ~ "customerExternalId" [required, extend("maxLength" = 255)],
        /// Whether the search found anything; on a pending screening only `true` makes sense.
        screening_match: bool = "screeningMatch" via Flag,
        /// The screening alert in AMLYZE; sent only when there is a match.
        screening_guid: String = "screeningGuid",
    }

    /// A screening ended: `app.amlyze.{customer,lead}.screening.….completed`.
    pub struct ScreeningCompleted {
        ..{
            /// The finding of the list that was searched; absent when nothing was found.
            flags: Flags,
        }
        /// The customer or lead, by the integrator's own id; the same as the event's subject.
        external_id: CustomerId = "externalId" ~ "customerExternalId" [required, extend("maxLength" = 255)],
        /// Whether the search found anything.
        screening_match: bool = "screeningMatch" via Flag [required],
        /// The screening alert in AMLYZE; sent only when there is a match.
        screening_guid: String = "screeningGuid",
    }
}

/// The list that a screening searches.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ScreeningList {
    /// Sanctions lists; the finding is [`Flags::sanctioned`].
    Sanctions,
    /// Politically exposed persons; the finding is [`Flags::pep`].
    Pep,
    /// Adverse media; the finding is [`Flags::in_adverse_media`].
    AdverseMedia,
    /// The tenant's own list; the finding is [`Flags::in_internal_list`].
    InternalList,
}

impl ScreeningList {
    /// The four lists.
    pub const ALL: [ScreeningList; 4] =
        [ScreeningList::Sanctions, ScreeningList::Pep, ScreeningList::AdverseMedia, ScreeningList::InternalList];

    pub(crate) fn from_segment(segment: &str) -> Option<Self> {
        match segment {
            "sanctions" => Some(ScreeningList::Sanctions),
            "pep" => Some(ScreeningList::Pep),
            "adverse_media" => Some(ScreeningList::AdverseMedia),
            "internal_list" => Some(ScreeningList::InternalList),
            _ => None,
        }
    }

    /// The name of the member that holds this list's finding.
    pub const fn flag_name(self) -> &'static str {
        match self {
            ScreeningList::Sanctions => "sanctioned",
            ScreeningList::Pep => "pep",
            ScreeningList::AdverseMedia => "inAdverseMedia",
            ScreeningList::InternalList => "inInternalList",
        }
    }

    /// This list's finding among the four.
    pub fn flag(self, flags: &Flags) -> Option<bool> {
        match self {
            ScreeningList::Sanctions => flags.sanctioned,
            ScreeningList::Pep => flags.pep,
            ScreeningList::AdverseMedia => flags.in_adverse_media,
            ScreeningList::InternalList => flags.in_internal_list,
        }
    }
}

/// What a screening says, once its members are read together.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ScreeningDecision {
    /// The search found nothing, so there was nothing to decide.
    NoMatch,
    /// Something was found, and it is the subject.
    MatchConfirmed,
    /// Something was found, and it is not the subject.
    MatchDismissed,
    /// Something was found or may have been, and no decision is given: take it to a person.
    Undecided,
    /// The members contradict each other or the kind of event: take it to a person.
    Contradictory,
}

impl ScreeningDecision {
    /// Reads the members of a completed screening together.
    ///
    /// A finding without `screeningMatch` counts as a match, since a finding is only documented where there was one.
    pub(crate) fn completed(screening_match: Option<bool>, flag: Option<bool>) -> Self {
        match (screening_match, flag) {
            (Some(false), None) => ScreeningDecision::NoMatch,
            (Some(false), Some(_)) => ScreeningDecision::Contradictory,
            (_, Some(true)) => ScreeningDecision::MatchConfirmed,
            (_, Some(false)) => ScreeningDecision::MatchDismissed,
            (_, None) => ScreeningDecision::Undecided,
        }
    }

    /// Reads a pending screening, which only exists because something was found.
    pub(crate) fn pending(screening_match: Option<bool>) -> Self {
        if screening_match == Some(false) { ScreeningDecision::Contradictory } else { ScreeningDecision::Undecided }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn match_and_finding_are_read_together() {
        use ScreeningDecision as D;
        for (found, flag, decision) in [
            (Some(false), None, D::NoMatch),
            (Some(true), Some(true), D::MatchConfirmed),
            (Some(true), Some(false), D::MatchDismissed),
            (Some(true), None, D::Undecided),
            (Some(false), Some(true), D::Contradictory),
            (Some(false), Some(false), D::Contradictory),
            (None, Some(true), D::MatchConfirmed),
            (None, None, D::Undecided),
        ] {
            assert_eq!(D::completed(found, flag), decision, "{found:?} {flag:?}");
        }
    }

    #[test]
    fn a_pending_screening_without_a_match_contradicts_itself() {
        assert_eq!(ScreeningDecision::pending(Some(false)), ScreeningDecision::Contradictory);
        assert_eq!(ScreeningDecision::pending(None), ScreeningDecision::Undecided);
        assert_eq!(ScreeningDecision::pending(Some(true)), ScreeningDecision::Undecided);
    }
}
