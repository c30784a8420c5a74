//! The screening of an applicant: what was searched for, and what was found.
//!
//! Source: docs.dataspike.io, webhook events and AML screening; the vendor's Python and JavaScript SDKs, 2023 and 2024.

use serde_json::{Number, Value};

use super::entity::{DateRange, EntityRecord, EntityType, RiskScore, Tag};
use super::{ApplicantId, ScreeningId};
use crate::Timestamp;
use crate::members::payload;

payload! {
    /// A screening completed, or monitoring found a change: the payload of `AML_SCREENING`.
    pub struct AmlScreening {
        /// The screening.
        screening_id: ScreeningId = "screening_id" [required],
        /// Who was screened.
        applicant_id: ApplicantId = "applicant_id" [required],
        /// The integrator's own id of the applicant.
        external_id: String = "external_id",
        /// What was searched for.
        search_request: SearchRequest = "search_request",
        /// What was found. The vendor's samples call it `search_result`.
        search_response: SearchResult = "search_response" | "search_result",
        /// The overall risk; older revisions of the vendor's page lack it.
        risk_score: OverallRisk = "risk_score" via ObjectOrText,
        /// When the screening ended.
        completed_at: Timestamp = "completed_at",
    }

    /// The overall risk of a screening.
    pub struct OverallRisk {
        /// The level.
        level: RiskScore = "type" [with = "RiskScore"],
    }

    /// What a search looked for.
    pub struct SearchRequest {
        /// The whole name; the main term unless first and last name are both given.
        full_name: String = "full_name",
        /// First name.
        first_name: String = "first_name",
        /// Last name.
        last_name: String = "last_name",
        /// Countries, ISO 3166-1 alpha-2.
        countries: Vec<String> = "countries",
        /// Cities.
        cities: Vec<String> = "cities",
        /// Postal codes.
        postal_codes: Vec<String> = "postal_codes",
        /// Birth date.
        date_of_birth: DateRange = "date_of_birth",
        /// Wanted levels of risk.
        risk_scores: Vec<RiskScore> = "risk_scores",
        /// Wanted tags.
        tags: Vec<Tag> = "tags",
        /// Wanted kinds of entity.
        entity_types: Vec<EntityType> = "entity_types",
        /// Wanted sources; an open list of names.
        sources: Vec<String> = "sources",
        /// Whether near matches count; `false` means exact ones only.
        fuzziness: bool = "fuzziness",
        /// From 0, exact, to 1, broad.
        fuzziness_level: Number = "fuzziness_level",
        /// Whether names are matched by sound.
        phonetics: bool = "phonetics",
        /// Registration numbers.
        registration_ids: Vec<String> = "registration_ids",
        /// Wanted gender.
        gender: String = "gender",
        /// How names are matched; a word or a number.
        mode: Value = "mode" [extend("type" = ["string", "integer", "null"])],
    }

    /// What a search found.
    pub struct SearchResult {
        /// The name searched for.
        requested_name: String = "requested_name" [required],
        /// Key for fetching the search again.
        search_uuid: String = "search_uuid" [required],
        /// The highest risk among the matches; absent when there is none.
        max_risk_score: RiskScore = "max_risk_score",
        /// The matches.
        data: Vec<EntityRecord> = "data" [required],
    }
}

impl From<&str> for OverallRisk {
    fn from(level: &str) -> Self {
        OverallRisk { level: Some(level.into()), ..OverallRisk::default() }
    }
}

impl AmlScreening {
    /// The level of risk: the overall one, or else the highest among the matches. `None` means unknown, not low.
    pub fn risk(&self) -> Option<&RiskScore> {
        let overall = self.risk_score.as_ref().and_then(|risk| risk.level.as_ref());
        overall.or_else(|| self.search_response.as_ref().and_then(|result| result.max_risk_score.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> AmlScreening {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_risk_is_found_in_every_form() {
        for text in [
            r#"{"risk_score":{"type":"High"}}"#,
            r#"{"risk_score":"High"}"#,
            r#"{"search_result":{"max_risk_score":"High"}}"#,
            r#"{"risk_score":null,"search_response":{"max_risk_score":"High"}}"#,
            r#"{"risk_score":{"type":"High"},"search_result":{"max_risk_score":"Low"}}"#,
        ] {
            assert_eq!(read(text).risk(), Some(&RiskScore::High), "{text}");
        }
        assert_eq!(read("{}").risk(), None);
    }

    #[test]
    fn both_names_of_the_result_are_read_into_one_field() {
        let name = |text: &str| read(text).search_response.unwrap().requested_name.unwrap();
        assert_eq!(name(r#"{"search_result":{"requested_name":"a"}}"#), "a");
        assert_eq!(name(r#"{"search_response":{"requested_name":"a"}}"#), "a");
    }
}
