//! Registering webhooks.
//!
//! Source: docs.dataspike.io, create webhook and rotate webhook HMAC secret; the list from the vendor's Go SDK,
//! 2023-11. The secret is shown once, on creation and on rotation. `Debug` never shows it; `Serialize` does.

use super::WebhookId;
use crate::members::payload;

payload! {
    /// Request body for creating a webhook.
    pub struct WebhookCreateRequest {
        /// Whether the webhook belongs to the sandbox; `false` unless given.
        is_sandbox: bool = "is_sandbox",
        /// Where to deliver.
        webhook_url: String = "webhook_url" [required],
        /// Which events to deliver.
        event_types: Vec<String> = "event_types" [required],
        /// Whether to deliver at all; `true` unless given.
        enabled: bool = "enabled",
    }

    /// Answer to the creation of a webhook.
    pub struct WebhookCreated {
        /// The webhook; the list calls it `webhook_id`.
        id: WebhookId = "id" [required],
        /// The signing secret, `whsec_` and hexadecimal digits. Shown this once.
        hmac_signing_secret: String = "hmac_signing_secret" [required],
    }

    /// Answer with every registered webhook.
    pub struct WebhookList {
        /// The webhooks.
        webhooks: Vec<Webhook> = "webhooks" [required],
    }

    /// A registered webhook.
    pub struct Webhook {
        /// The webhook.
        webhook_id: WebhookId = "webhook_id" [required],
        /// Whether it belongs to the sandbox.
        is_sandbox: bool = "is_sandbox",
        /// Where to deliver.
        webhook_url: String = "webhook_url",
        /// Which events to deliver.
        event_types: Vec<String> = "event_types",
        /// Whether to deliver at all.
        enabled: bool = "enabled",
    }

    /// Answer to the rotation of a secret. The old secret stops working at once.
    pub struct SecretRotated {
        /// The new signing secret, `whsec_` and hexadecimal digits. Shown this once.
        hmac_signing_secret: String = "hmac_signing_secret" [required],
    }
}
