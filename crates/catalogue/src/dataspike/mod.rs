//! What Dataspike sends: the envelope, the payloads in it, and the objects of its REST interface around webhooks.
//!
//! `null` and a missing member mean the same everywhere, as the vendor's samples use both.
//!
//! # Example
//! ```
//! use hookvet_catalogue::dataspike::{Event, Payload, VerificationStatus};
//!
//! let body = br#"{"id":"1ed2fb46-8271-6a33-a9ef-7553f473af46","webhook_id":"1ed2f903-2d75-6b19-b6a5-29535bc3340e",
//!     "event_type":"DOCVER","payload":{"id":"b86a3cbe-7880-4759-a4f3-9bcabac3cf3c","status":"verified"},
//!     "timestamp":"2022-09-08T20:25:40.636658Z"}"#;
//! let event = Event::read(body)?;
//! let Payload::Docver(verification) = &event.payload else { unreachable!() };
//! assert_eq!(verification.status, Some(VerificationStatus::Verified));
//! assert!(verification.is_final());
//! # Ok::<(), hookvet_catalogue::ReadError>(())
//! ```

mod applicant;
mod check;
mod entity;
mod entity_fields;
mod envelope;
mod history;
mod integer;
mod management;
mod screening;
mod transmon;
mod verification;

pub use applicant::{Applicant, ApplicantInfo, ApplicantStatus, SearchOptions};
pub use check::{Check, CheckError, CheckName, CheckStatus, DocverChecks, ErrorKind, Liveness, Mrz};
pub use entity::{DateRange, EntityRecord, EntityType, FieldMatch, MatchLevel, RiskScore, SearchMetadata, Tag};
pub use entity_fields::{
    Associate, Company, ContactInfo, EntityFields, Image, Media, Occupation, PersonName, Place, PoliticalRole,
    PublishedAt, RegistrationId, Source,
};
#[cfg(feature = "schemas")]
pub(crate) use envelope::Envelope;
pub use envelope::{Event, OpaquePayload, Payload};
pub use history::{History, Invocation};
pub use integer::Integer;
pub use management::{SecretRotated, Webhook, WebhookCreateRequest, WebhookCreated, WebhookList};
pub use screening::{AmlScreening, OverallRisk, SearchRequest, SearchResult};
pub use transmon::{TransmonEventCreated, TransmonEventKind, TransmonRule, TransmonRuleStatus, TransmonRules};
pub use verification::{
    Document, DocumentType, PoiData, Verification, VerificationList, VerificationSettings, VerificationStatus,
};

use crate::text::texts;

texts! {
    /// Id of an event; the cursor of the history as well.
    pub struct EventId: "uuid";

    /// Id of a registered webhook.
    pub struct WebhookId: "uuid";

    /// Id of a document verification.
    pub struct VerificationId: "uuid";

    /// Id of an applicant.
    pub struct ApplicantId: "uuid";

    /// Id of an uploaded document.
    pub struct DocumentId: "uuid";

    /// Id of a screening.
    pub struct ScreeningId: "uuid";
}
