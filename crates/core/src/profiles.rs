//! A vetter for each vendor.

use hookvet_catalogue::Vendor;

use crate::vetter::{Vetter, VetterBuilder};

impl Vetter {
    /// AMLYZE: CloudEvents in binary mode, with the readings that its documents need.
    pub fn amlyze() -> VetterBuilder {
        Self::builder(Vendor::Amlyze)
    }

    /// Dataspike: signed JSON. Needs a secret, or a word that unsigned deliveries are taken.
    pub fn dataspike() -> VetterBuilder {
        Self::builder(Vendor::Dataspike)
    }

    /// Standard Webhooks: signed JSON as many services send it, held to schemas of your own. Needs a secret, or a word that unsigned
    /// deliveries are taken.
    pub fn standard_webhooks() -> VetterBuilder {
        Self::builder(Vendor::StandardWebhooks)
    }

    /// Any CloudEvents sender: header and envelope rules, and your own types and schemas; without those every type, and no schema.
    pub fn cloudevents() -> VetterBuilder {
        Self::builder(Vendor::CloudEvents)
    }
}
