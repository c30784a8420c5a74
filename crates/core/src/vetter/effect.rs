//! Settings that do nothing under a profile: better an error than a receiver that believes it is protected.
//!
//! What only lets more through, as [`allow_unsigned`](super::VetterBuilder::allow_unsigned), may be said under every profile.

use hookvet_catalogue::Vendor;

use super::builder::BuildError;
use crate::vendors::{Profile, profile};

/// The settings that a builder was given and that only some profiles know.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given {
    pub(super) secret: bool,
    pub(super) tolerance: bool,
}

impl Given {
    /// The first setting that has no effect under `profile`.
    pub(super) fn check(self, profile: &dyn Profile) -> Result<(), BuildError> {
        let is_signed = profile.scheme().is_some();
        let idle = [
            ("secret", self.secret && !is_signed),
            // Without a secret there is no signature whose age could count.
            ("tolerance", self.tolerance && !(is_signed && self.secret)),
        ];
        match idle.into_iter().find(|(_, is_idle)| *is_idle) {
            Some((setting, _)) => Err(BuildError::no_effect(setting, profile.vendor())),
            None => Ok(()),
        }
    }
}

/// What to write in place of a setting that has no effect.
pub(super) fn instead(setting: &str, vendor: Vendor) -> &'static str {
    match setting {
        "tolerance" if profile(vendor).scheme().is_some() => "no secret is given; add `.secret(…)`, or leave it out",
        "secret" | "tolerance" => {
            "nothing is signed there; leave it out, and ask senders for something that proves them with `.credential(…)`"
        }
        "schema" => "its events have the schemas of their vendor; give schemas of your own to `Vetter::cloudevents()`",
        "schema_resource" | "annotate_formats" if profile(vendor).takes_own_schemas() => {
            "no schema is given that it could be for; add `.schema(type, text)`, or leave it out"
        }
        _ => "leave it out",
    }
}
