//! Settings that do nothing under a profile: better an error than a receiver that believes it is protected.

use hookvet_catalogue::Vendor;

use super::builder::BuildError;

/// The settings that a builder was given and that only some profiles know.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Given {
    pub(super) secret: bool,
    pub(super) allow_unsigned: bool,
    pub(super) tolerance: bool,
    pub(super) max_attributes: bool,
    pub(super) batches: bool,
}

impl Given {
    /// The first setting that has no effect under `vendor`.
    pub(super) fn check(self, vendor: Vendor) -> Result<(), BuildError> {
        let is_signed = vendor == Vendor::Dataspike;
        let idle = [
            ("secret", self.secret && !is_signed),
            ("allow_unsigned", self.allow_unsigned && !is_signed),
            ("tolerance", self.tolerance && !is_signed),
            ("max_attributes", self.max_attributes && is_signed),
            ("solicit_batches", self.batches && is_signed),
        ];
        match idle.into_iter().find(|(_, is_idle)| *is_idle) {
            Some((setting, _)) => Err(BuildError::no_effect(setting, vendor)),
            None => Ok(()),
        }
    }
}

/// What to write in place of a setting that has no effect.
pub(super) fn instead(setting: &str, vendor: Vendor) -> &'static str {
    match setting {
        "secret" | "allow_unsigned" | "tolerance" => {
            "nothing is signed there; leave it out, and ask senders for something that proves them with `.credential(…)`"
        }
        "max_attributes" | "solicit_batches" => "its deliveries are no CloudEvents; leave it out",
        "schema" => "its events have the schemas of their vendor; give schemas of your own to `Vetter::cloudevents()`",
        "schema_resource" | "annotate_formats" if vendor == Vendor::CloudEvents => {
            "no schema is given that it could be for; add `.schema(type, text)`, or leave it out"
        }
        _ => "leave it out",
    }
}
