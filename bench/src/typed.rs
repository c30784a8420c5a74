//! The three payloads as Rust types that borrow: what a service would write to read them, and all that it checks.
#![expect(clippy::struct_field_names, reason = "the vendor's names")]
#![allow(dead_code, reason = "read, never looked at")]

use std::collections::HashMap;

use serde::Deserialize;

/// A related entity's screening, pending.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelatedEntity<'a> {
    customer_external_id: &'a str,
    external_id: Option<&'a str>,
    r#type: Option<EntityType>,
    birth_date: Option<&'a str>,
    establishment_date: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    title: Option<&'a str>,
    national_code: Option<&'a str>,
    relation_code: Option<&'a str>,
    country_code: Option<&'a str>,
    screening_match: Option<bool>,
    screening_guid: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum EntityType {
    Individual,
    Organization,
    Unknown,
}

/// A Dataspike delivery of a document verification.
#[derive(Deserialize)]
pub(crate) struct Docver<'a> {
    id: &'a str,
    webhook_id: &'a str,
    event_type: EventType,
    timestamp: &'a str,
    #[serde(borrow)]
    payload: Verification<'a>,
}

#[derive(Deserialize)]
enum EventType {
    #[serde(rename = "DOCVER")]
    Docver,
}

#[derive(Deserialize)]
struct Verification<'a> {
    id: &'a str,
    organization_id: Option<&'a str>,
    account_id: Option<&'a str>,
    account_email: Option<&'a str>,
    applicant_id: &'a str,
    external_id: Option<&'a str>,
    status: Status,
    document_type: Option<DocumentType>,
    #[serde(borrow)]
    checks: Option<HashMap<&'a str, Option<Check<'a>>>>,
    aml_search_id: Option<&'a str>,
    created_at: Option<&'a str>,
    updated_at: Option<&'a str>,
    completed_at: Option<&'a str>,
    document_ids: Option<Vec<&'a str>>,
    documents: Option<Vec<Document<'a>>>,
    duplicated_applicant_ids: Option<Vec<&'a str>>,
    verification_url: Option<&'a str>,
    verification_url_id: Option<&'a str>,
    expires_at: Option<&'a str>,
    country_code: Option<&'a str>,
    is_sandbox: Option<bool>,
    profile_id: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Initial,
    Pending,
    InProgress,
    Verified,
    Failed,
    Expired,
    Canceled,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum DocumentType {
    Passport,
    Visa,
    IdCard,
    IdCardFront,
    IdCardBack,
    ResidencePermit,
    ResidencePermitFront,
    ResidencePermitBack,
    DriverLicense,
    DriverLicenseFront,
    DriverLicenseBack,
    Selfie,
    LivenessPhoto,
    LivenessPhotoExtra,
    Poa,
    PoaUtilityBill,
    PoaBankStatement,
    PoaResidenceRegistration,
    Poi,
    Other,
}

#[derive(Deserialize)]
struct Check<'a> {
    status: Option<Status>,
    #[serde(borrow)]
    errors: Option<Vec<CheckError<'a>>>,
    pending_documents: Option<Vec<DocumentType>>,
}

#[derive(Deserialize)]
struct CheckError<'a> {
    code: Option<i64>,
    message: Option<&'a str>,
}

#[derive(Deserialize)]
struct Document<'a> {
    document_id: &'a str,
    document_type: DocumentType,
    content_type: Option<&'a str>,
    rotation_angle: Option<f64>,
}
