//! Schemas besides those of events: answers and requests of the vendors' REST interfaces around webhooks.

use schemars::JsonSchema;
use serde_json::Value;

use super::GENERATED_BY;
use super::event::{data, generator};
use super::rewrite::{Nulls, at, rewrite};
use crate::Vendor;
use crate::amlyze::CommunicationEvents;
use crate::dataspike::{
    Applicant, History, SecretRotated, TransmonEventCreated, TransmonRules, Verification, VerificationList,
    WebhookCreateRequest, WebhookCreated, WebhookList,
};

/// A document that is no event.
pub(super) struct Document {
    pub(super) vendor: Vendor,
    /// File stem of its schema.
    pub(super) name: &'static str,
    title: &'static str,
    description: &'static str,
    render: fn() -> Value,
}

/// All of them, by vendor and name.
pub(super) const DOCUMENTS: &[Document] = &[
    Document {
        vendor: Vendor::Amlyze,
        name: "communications-events",
        title: "Communication events",
        description: "Answer of the pull interface to the events of one communication number.",
        render: data::<CommunicationEvents>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "applicant",
        title: "Applicant",
        description: "An applicant, as the REST interface answers.",
        render: applicant,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "history",
        title: "Webhook history",
        description: "A page of past deliveries.",
        render: nullable::<History>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "transmon-event-response",
        title: "Event of transaction monitoring",
        description: "Answer to a transaction or payment that was sent for monitoring.",
        render: nullable::<TransmonEventCreated>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "transmon-rules",
        title: "Rules of transaction monitoring",
        description: "Answer with the rules of monitoring.",
        render: nullable::<TransmonRules>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "verification",
        title: "Verification",
        description: "A document verification, as the REST interface answers.",
        render: verification::<Verification>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "verification-list",
        title: "Verifications",
        description: "A page of document verifications, as the REST interface answers.",
        render: verification::<VerificationList>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "webhook-create-request",
        title: "Request to create a webhook",
        description: "Body of the request that registers a webhook.",
        render: nullable::<WebhookCreateRequest>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "webhook-create-response",
        title: "Created webhook",
        description: "Answer to the registration of a webhook, with the signing secret.",
        render: nullable::<WebhookCreated>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "webhook-list-response",
        title: "Webhooks",
        description: "Answer with every registered webhook.",
        render: nullable::<WebhookList>,
    },
    Document {
        vendor: Vendor::Dataspike,
        name: "webhook-rotate-response",
        title: "Rotated secret",
        description: "Answer to the rotation of a signing secret.",
        render: nullable::<SecretRotated>,
    },
];

impl Document {
    pub(super) fn id(&self) -> String {
        format!("urn:hookvet:{}:{}:1", self.vendor, self.name)
    }

    pub(super) fn schema(&self) -> Value {
        let mut schema = (self.render)();
        schema["$id"] = self.id().into();
        schema["$comment"] = GENERATED_BY.into();
        schema["title"] = self.title.into();
        schema["description"] = self.description.into();
        schema
    }
}

fn nullable<T: JsonSchema>() -> Value {
    let mut schema = generator().into_root_schema_for::<T>().to_value();
    rewrite(&mut schema, Nulls::Absent);
    schema
}

/// The REST interface shows two words that webhooks do not.
fn verification<T: JsonSchema>() -> Value {
    let mut schema = nullable::<T>();
    let status = at(&mut schema, "/$defs/VerificationStatus");
    status["$comment"] = "`passed` stands in one sample, `active` in the view of the mobile SDK.".into();
    if let Value::Array(words) = at(status, "/enum") {
        words.extend(["passed".into(), "active".into()]);
    }
    schema
}

/// The documents of 2022 write the status with a capital.
fn applicant() -> Value {
    let mut schema = nullable::<Applicant>();
    let status = at(&mut schema, "/$defs/ApplicantStatusOrNull");
    status["$comment"] = "Capitalised in the documents of 2022.".into();
    if let Value::Array(words) = at(status, "/enum") {
        words.extend(["Initial".into(), "Passed".into(), "Queued".into(), "Failed".into()]);
    }
    schema
}
