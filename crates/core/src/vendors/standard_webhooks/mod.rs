//! Standard Webhooks 1.0.0: signed JSON as many services send it, with schemas of the user's own.
//!
//! The id of the event is in a header, its type and time are in the body. Source: Standard Webhooks specification 1.0.0,
//! *Payload structure*, *Signature scheme* and *Webhook headers*.

mod signature;

use hookvet_catalogue::Vendor;

pub use self::signature::sign;
use super::{Envelope, Profile};
use crate::authenticity::Scheme;
use crate::cloudevents::attributes::Core;

pub(crate) struct StandardWebhooks;

impl Profile for StandardWebhooks {
    fn vendor(&self) -> Vendor {
        Vendor::StandardWebhooks
    }

    fn name(&self) -> &'static str {
        "Standard Webhooks"
    }

    fn envelope(&self) -> Option<&'static Envelope> {
        Some(&ENVELOPE)
    }

    fn scheme(&self) -> Option<&'static dyn Scheme> {
        Some(&signature::StandardScheme)
    }

    fn takes_own_schemas(&self) -> bool {
        true
    }
}

static ENVELOPE: Envelope = Envelope {
    members: &[("type", 0, Core::Type), ("timestamp", 0, Core::Time)],
    headers: &[(signature::ID, Core::Id)],
    // The specification recommends a type and asks for none.
    is_type_required: false,
    check: |_| Vec::new(),
};
