//! A document verification.
//!
//! Source: Dataspike webhooks documentation, 2022-09; verification pages of docs.dataspike.io; the vendor's SDKs, 2023
//! and 2024. The sources differ in which members they have, so the type is their union.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check::{Check, CheckName};
use super::{ApplicantId, DocumentId, VerificationId};
use crate::Timestamp;
use crate::members::payload;
use crate::text::words;

payload! {
    /// A document verification: the payload of `DOCVER`, and the answer of the REST interface.
    pub struct Verification {
        /// The verification.
        id: VerificationId = "id" [required],
        /// The integrator's organisation at Dataspike; opaque.
        organization_id: String = "organization_id",
        /// The account that started the verification; opaque.
        account_id: String = "account_id",
        /// The e-mail address of that account.
        account_email: String = "account_email",
        /// Who is verified.
        applicant_id: ApplicantId = "applicant_id" [required],
        /// The integrator's own id of the applicant.
        external_id: String = "external_id",
        /// The outcome. The checks may say something else; the status counts.
        status: VerificationStatus = "status" [with = "VerificationStatus"],
        /// The main document.
        document_type: DocumentType = "document_type",
        /// Outcome of each check, by the check's name. The names are an open list.
        checks: BTreeMap<String, Check> = "checks" via Entries [with = "Option<BTreeMap<String, Option<Check>>>"],
        /// The screening made with it.
        aml_search_id: String = "aml_search_id",
        /// When it was created.
        created_at: Timestamp = "created_at",
        /// When it last changed; older samples only.
        updated_at: Timestamp = "updated_at",
        /// When it ended.
        completed_at: Timestamp = "completed_at",
        /// The documents used, by id.
        document_ids: Vec<DocumentId> = "document_ids",
        /// The documents used.
        documents: Vec<Document> = "documents",
        /// Applicants that this one duplicates.
        duplicated_applicant_ids: Vec<String> = "duplicated_applicant_ids",
        /// The hosted page.
        verification_url: String = "verification_url",
        /// The short id in the hosted page's address.
        verification_url_id: String = "verification_url_id",
        /// The end user's last moment.
        expires_at: Timestamp = "expires_at",
        /// What was read from the identity document.
        poi_data: PoiData = "poi_data",
        /// Not described; empty in the one sample.
        details: BTreeMap<String, Value> = "details",
        /// Country, ISO 3166-1 alpha-2.
        country_code: String = "country_code",
        /// Whether it belongs to the sandbox.
        is_sandbox: bool = "is_sandbox",
        /// The verification profile: a UUID, or the word `default`.
        profile_id: String = "profile_id",
        /// What the end user typed.
        manual_fields: BTreeMap<String, Value> = "manual_fields",
        /// The profile in force.
        settings: VerificationSettings = "settings",
    }

    /// A page of verifications, as the REST interface answers.
    pub struct VerificationList {
        /// The verifications.
        data: Vec<Verification> = "data" [required],
        /// Whether more follow.
        has_next: bool = "has_next",
    }

    /// An uploaded document.
    pub struct Document {
        /// The document.
        document_id: DocumentId = "document_id" [required],
        /// What it is.
        document_type: DocumentType = "document_type" [with = "DocumentType"],
        /// Media type, such as `image/jpeg`.
        content_type: String = "content_type",
        /// How far the image is turned.
        rotation_angle: serde_json::Number = "rotation_angle",
    }

    /// What was read from an identity document. Dates are `YYYY-MM-DD` here, and may be misread like everything else.
    pub struct PoiData {
        /// What kind of document it was taken for.
        parsed_type: DocumentType = "parsed_type" | "document_type" [with = "Option<String>"],
        /// Whether it has a machine-readable zone.
        has_mrz: bool = "has_mrz",
        /// Document type in the machine-readable zone.
        raw_mrz_type: String = "raw_mrz_type",
        /// Issuing country.
        country: String = "country",
        /// The holder's whole name.
        full_name: String = "full_name",
        /// The holder's given name.
        name: String = "name",
        /// The holder's family name.
        surname: String = "surname",
        /// The document's number.
        document_number: String = "document_number" | "doc_number",
        /// The holder's nationality.
        nationality: String = "nationality",
        /// The holder's birth date.
        birth_date: String = "birth_date",
        /// The holder's sex.
        sex: String = "sex",
        /// Last day of validity.
        expiry_date: String = "expiry_date",
        /// Day of issue.
        issue_date: String = "issue_date",
        /// A personal identification number.
        pin: String = "pin",
        /// The card's number.
        card_number: String = "card_number",
        /// Number of a driving licence.
        license_number: String = "license_number",
        /// Type of a driving licence.
        license_type: String = "license_type",
        /// Class of a driving licence.
        license_class: String = "license_class",
        /// Brazilian taxpayer number.
        cpf_number: String = "cpf_number",
        /// Voter's identification number.
        vin: String = "vin",
        /// National identification number.
        nin: String = "nin",
        /// The holder's occupation.
        occupation: String = "occupation",
        /// Where the holder votes.
        polling_unit: String = "polling_unit",
        /// Region.
        region: String = "region",
        /// Restrictions of a driving licence.
        restrictions: String = "restrictions",
        /// The holder's height.
        height: String = "height",
        /// Day of registration.
        registration_date: String = "registration_date",
        /// Names of the holder's parents.
        parents_names: String = "parents_names",
        /// Endorsements of a driving licence.
        endorsements: String = "endorsements",
    }

    /// The verification profile in force.
    pub struct VerificationSettings {
        /// The profile's name.
        name: String = "name",
        /// Whether an identity document is required.
        poi_required: bool = "poi_required",
        /// Which identity documents are allowed.
        poi_allowed_documents: Vec<String> = "poi_allowed_documents",
        /// Whether a face comparison is required.
        face_comparison_required: bool = "face_comparison_required",
        /// Which documents are allowed for it.
        face_comparison_allowed_documents: Vec<String> = "face_comparison_allowed_documents",
        /// Whether a proof of address is required.
        poa_required: bool = "poa_required",
        /// Whether identity documents may be uploaded as files.
        allow_poi_manual_uploads: bool = "allow_poi_manual_uploads",
        /// Whether a desktop computer may be used.
        allow_desktop: bool = "allow_desktop",
        /// Whether duplicates are not sought by document data.
        disable_cross_check_by_bio: bool = "disable_cross_check_by_bio",
        /// Whether duplicates are not sought by photo.
        disable_cross_check_by_photo: bool = "disable_cross_check_by_photo",
        /// Whether the two documents may be of different countries.
        disable_verify_poa_country_match_with_poi: bool = "disable_verify_poa_country_match_with_poi",
        /// Countries allowed.
        countries: Vec<String> = "countries",
        /// Looks of the hosted page.
        ui_settings: Value = "ui_settings",
        /// What the end user is asked to type.
        manual_field_settings: Value = "manual_field_settings" | "manual_fields_settings",
    }
}

words! {
    /// Status of a verification.
    pub enum VerificationStatus {
        /// Just created.
        Initial = "initial",
        /// Some of the required documents are there.
        Pending = "pending",
        /// All documents are there, and the verification is being done.
        InProgress = "in_progress",
        /// Passed. Final.
        Verified = "verified",
        /// Not passed. Final.
        Failed = "failed",
        /// Time ran out. Final.
        Expired = "expired",
        /// Called off. Final.
        Canceled = "canceled",
    }

    /// Kind of a document.
    pub enum DocumentType {
        /// Passport.
        Passport = "passport",
        /// Visa.
        Visa = "visa",
        /// Identity card.
        IdCard = "id_card",
        /// Identity card, front.
        IdCardFront = "id_card_front",
        /// Identity card, back.
        IdCardBack = "id_card_back",
        /// Residence permit.
        ResidencePermit = "residence_permit",
        /// Residence permit, front.
        ResidencePermitFront = "residence_permit_front",
        /// Residence permit, back.
        ResidencePermitBack = "residence_permit_back",
        /// Driving licence.
        DriverLicense = "driver_license",
        /// Driving licence, front.
        DriverLicenseFront = "driver_license_front",
        /// Driving licence, back.
        DriverLicenseBack = "driver_license_back",
        /// Selfie.
        Selfie = "selfie",
        /// Photo taken for the liveness check.
        LivenessPhoto = "liveness_photo",
        /// Further photo taken for the liveness check.
        LivenessPhotoExtra = "liveness_photo_extra",
        /// Proof of address.
        Poa = "poa",
        /// Proof of address: utility bill.
        PoaUtilityBill = "poa_utility_bill",
        /// Proof of address: bank statement.
        PoaBankStatement = "poa_bank_statement",
        /// Proof of address: registration of residence.
        PoaResidenceRegistration = "poa_residence_registration",
        /// Identity document of any kind.
        Poi = "poi",
        /// Something else.
        OtherDocument = "other",
    }
}

impl VerificationStatus {
    /// Whether nothing more is to come. An unknown status is not final, and neither a pass nor a failure.
    pub fn is_final(&self) -> bool {
        use VerificationStatus as S;
        matches!(self, S::Verified | S::Failed | S::Expired | S::Canceled)
    }
}

impl Verification {
    /// The outcome of one check.
    pub fn check(&self, name: &CheckName) -> Option<&Check> {
        self.checks.as_ref()?.get(name.as_str())
    }

    /// Whether the verification has ended; see [`VerificationStatus::is_final`].
    pub fn is_final(&self) -> bool {
        self.status.as_ref().is_some_and(VerificationStatus::is_final)
    }
}
