//! The seven events of Dataspike.

use super::{Certainty, EventInfo, PayloadKnowledge, Shape};
use crate::Vendor;

const DOCS_2022: &str = "Dataspike webhooks documentation, source/includes/_webhooks.md (2022-09-08)";
const SITE_CONFIGURATION: &str = "Dataspike site, docs.dataspike.io/webhooks/configuration.md";
const SITE_CREATE: &str = "Dataspike site, docs.dataspike.io/api-reference/webhooks/create-webhook";
const SITE_EVENTS: &str = "Dataspike site, docs.dataspike.io/api-reference/webhooks/example-of-possible-webhook-events";
const SITE_HISTORY: &str = "Dataspike site, docs.dataspike.io/api-reference/webhooks/view-webhook-hisotry";
const SDK_PYTHON: &str = "Dataspike Python SDK, examples/payloads/webhooks (2023-07)";
const BOT: &str = "Dataspike Telegram bot, internal/models/webhook.go (2024-01)";

const SOURCE: &str = "the registered webhook, by webhook_id";
const SUBJECT: &str = "the applicant, by payload.applicant_id";
const SUBJECT_UNKNOWN: &str = "not documented; likely the applicant, by payload.applicant_id";

/// What the vendor shows first, then the names without a payload.
pub(super) const EVENTS: [EventInfo; 7] = [
    EventInfo {
        vendor: Vendor::Dataspike,
        name: "DOCVER",
        schema_id: "urn:hookvet:dataspike:DOCVER:1",
        certainty: Certainty::Documented,
        title: "Document verification",
        fires: "A document verification has finished.",
        source_meaning: SOURCE,
        subject_meaning: SUBJECT,
        documented_in: &[DOCS_2022, SITE_CREATE, SDK_PYTHON],
        deprecated: false,
        payload: PayloadKnowledge::Documented,
        shape: Shape::Docver,
    },
    EventInfo {
        vendor: Vendor::Dataspike,
        name: "DOCVER_CHECKS",
        schema_id: "urn:hookvet:dataspike:DOCVER_CHECKS:1",
        certainty: Certainty::VendorCode,
        title: "Document verification check",
        fires: "One check of a document verification got a result; the verification itself may still be running.",
        source_meaning: SOURCE,
        subject_meaning: SUBJECT,
        documented_in: &[BOT],
        deprecated: false,
        payload: PayloadKnowledge::Partial,
        shape: Shape::DocverChecks,
    },
    EventInfo {
        vendor: Vendor::Dataspike,
        name: "AML_SCREENING",
        schema_id: "urn:hookvet:dataspike:AML_SCREENING:1",
        certainty: Certainty::Documented,
        title: "Applicant screening",
        fires: "The screening of an applicant completed, or daily monitoring found a change.",
        source_meaning: SOURCE,
        subject_meaning: SUBJECT,
        documented_in: &[SITE_CONFIGURATION, SITE_EVENTS, SITE_HISTORY, SITE_CREATE, SDK_PYTHON],
        deprecated: false,
        payload: PayloadKnowledge::Documented,
        shape: Shape::AmlScreening,
    },
    EventInfo {
        vendor: Vendor::Dataspike,
        name: "AML",
        schema_id: "urn:hookvet:dataspike:AML:1",
        certainty: Certainty::NameOnly,
        title: "Applicant screening, older name",
        fires: "Not documented; today's list of events has AML_SCREENING in its place.",
        source_meaning: SOURCE,
        subject_meaning: SUBJECT_UNKNOWN,
        documented_in: &[DOCS_2022],
        deprecated: true,
        payload: PayloadKnowledge::NameOnly,
        shape: Shape::Aml,
    },
    EventInfo {
        vendor: Vendor::Dataspike,
        name: "APPLICANT",
        schema_id: "urn:hookvet:dataspike:APPLICANT:1",
        certainty: Certainty::NameOnly,
        title: "Applicant",
        fires: "An applicant changed status; today's list of events does not offer the name.",
        source_meaning: SOURCE,
        subject_meaning: SUBJECT_UNKNOWN,
        documented_in: &[DOCS_2022],
        deprecated: true,
        payload: PayloadKnowledge::NameOnly,
        shape: Shape::Opaque,
    },
    EventInfo {
        vendor: Vendor::Dataspike,
        name: "TRANSACTION_MONITORING",
        schema_id: "urn:hookvet:dataspike:TRANSACTION_MONITORING:1",
        certainty: Certainty::NameOnly,
        title: "Transaction monitoring",
        fires: "Not documented; by its name, a monitored transaction or payment was evaluated.",
        source_meaning: SOURCE,
        subject_meaning: SUBJECT_UNKNOWN,
        documented_in: &[SITE_CREATE],
        deprecated: false,
        payload: PayloadKnowledge::NameOnly,
        shape: Shape::Opaque,
    },
    EventInfo {
        vendor: Vendor::Dataspike,
        name: "KYT_WALLET_CHECK",
        schema_id: "urn:hookvet:dataspike:KYT_WALLET_CHECK:1",
        certainty: Certainty::NameOnly,
        title: "Wallet check",
        fires: "Not documented; by its name, the check of a blockchain address completed.",
        source_meaning: SOURCE,
        subject_meaning: SUBJECT_UNKNOWN,
        documented_in: &[SITE_CREATE],
        deprecated: false,
        payload: PayloadKnowledge::NameOnly,
        shape: Shape::Opaque,
    },
];
