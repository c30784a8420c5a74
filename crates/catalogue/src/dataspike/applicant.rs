//! An applicant, as the REST interface answers. No source shows the payload of the `APPLICANT` event.
//!
//! Source: Dataspike API documentation, 2022-10; docs.dataspike.io, applicants; the vendor's SDKs.

use std::collections::BTreeMap;

use serde_json::{Number, Value};

use super::ApplicantId;
use super::entity::{EntityType, RiskScore, Tag};
use crate::Timestamp;
use crate::manner::IsKnown;
use crate::members::payload;
use crate::text::words;

payload! {
    /// An applicant.
    pub struct Applicant {
        /// The applicant.
        applicant_id: ApplicantId = "applicant_id" [required],
        /// The integrator's own id.
        external_id: String = "external_id",
        /// A person, or something else.
        entity_type: EntityType = "type",
        /// E-mail address.
        email: String = "email",
        /// Telephone number.
        phone: String = "phone",
        /// What the integrator said.
        provided_info: ApplicantInfo = "provided_info",
        /// What the system found out.
        system_info: ApplicantInfo = "system_info",
        /// How the last verification ended. Capitalised in the documents of 2022.
        verification_status: ApplicantStatus = "verification_status" via Folded,
        /// The last verification.
        last_verification_id: String = "last_verification_id",
        /// When it was.
        last_verification_date: Timestamp = "last_verification_date",
        /// The last screening.
        last_aml_screening_id: String = "last_aml_screening_id",
        /// When it was.
        last_screened_at: Timestamp = "last_screened_at",
        /// Its level of risk.
        last_risk_score: RiskScore = "last_risk_score",
        /// Its tags.
        last_tags: Vec<Tag> = "last_tags",
        /// Whether the applicant is screened every day.
        aml_screening_enabled: bool = "aml_screening_enabled",
        /// Telegram profile.
        tg_profile: String = "tg_profile",
        /// Applicants found to be the same.
        cross_check_duplicated_applicant_ids: Vec<String> = "cross_check_duplicated_applicant_ids",
        /// How the applicant is screened.
        search_options: SearchOptions = "search_options",
    }

    /// Facts about an applicant.
    pub struct ApplicantInfo {
        /// The whole name.
        full_name: String = "full_name",
        /// First name.
        first_name: String = "first_name",
        /// Last name.
        last_name: String = "last_name",
        /// Birth date, with a time of day.
        dob: String = "dob",
        /// Gender, as a letter or a word.
        gender: String = "gender",
        /// Citizenship.
        citizenship: String = "citizenship",
        /// Country.
        country: String = "country",
        /// Address in one line.
        address: String = "address",
        /// Addresses in parts, by kind.
        addresses: BTreeMap<String, Value> = "addresses",
        /// Registration number.
        registration_id: String = "registration_id",
        /// Telephone number.
        phone: String = "phone",
        /// E-mail address.
        email: String = "email",
        /// Whatever the integrator added.
        custom_fields: BTreeMap<String, Value> = "custom_fields",
    }

    /// How an applicant is screened.
    pub struct SearchOptions {
        /// Wanted levels of risk.
        risk_scores: Vec<RiskScore> = "risk_scores",
        /// Wanted tags.
        tags: Vec<Tag> = "tags",
        /// Wanted sources.
        sources: Vec<String> = "sources",
        /// Whether near matches count.
        fuzziness: bool = "fuzziness",
        /// From 0, exact, to 1, broad.
        fuzziness_level: Number = "fuzziness_level",
        /// Whether names are matched by sound.
        phonetics: bool = "phonetics",
        /// How names are matched; a word or a number.
        mode: Value = "mode" [extend("type" = ["string", "integer", "null"])],
    }
}

words! {
    /// How an applicant stands; read in any letter case.
    pub enum ApplicantStatus {
        /// Nothing done yet.
        Initial = "initial",
        /// Passed.
        Passed = "passed",
        /// Waiting.
        Queued = "queued",
        /// Not passed.
        Failed = "failed",
    }
}

impl IsKnown for ApplicantStatus {
    fn is_known(&self) -> bool {
        ApplicantStatus::is_known(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_in_any_letter_case() {
        let read = |text: &str| {
            serde_json::from_str::<Applicant>(&format!(r#"{{"verification_status":{text}}}"#))
                .unwrap()
                .verification_status
        };
        assert_eq!(read(r#""Initial""#), Some(ApplicantStatus::Initial));
        assert_eq!(read(r#""On Hold""#), Some(ApplicantStatus::Other("On Hold".to_owned())));
    }
}
