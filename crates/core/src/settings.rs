//! Everything that a judgement depends on besides the delivery and the time.

use crate::authenticity::{Credential, Secret};
use crate::cloudevents::handshake::Handshake;
use crate::own::Own;
use crate::policy::Policy;
use crate::rule::Class;
use crate::vendors::Profile;

/// Largest body that is taken by default, in bytes.
pub const DEFAULT_MAX_BODY: usize = 256 * 1024;

/// Age of a signature that is tolerated by default, in seconds, both ways.
pub const DEFAULT_TOLERANCE: u64 = 300;

pub(crate) struct Settings {
    pub(crate) profile: &'static dyn Profile,
    pub(crate) policy: Policy,
    pub(crate) reveal: bool,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) tolerance: u64,
    pub(crate) max_body: usize,
    pub(crate) max_depth: usize,
    pub(crate) max_attributes: usize,
    pub(crate) batches: bool,
    pub(crate) accepted_status: u16,
    pub(crate) statuses: [u16; Class::ALL.len()],
    pub(crate) handshake: Option<Handshake>,
    pub(crate) own: Own,
}

impl Settings {
    pub(crate) fn status(&self, class: Class) -> u16 {
        let position = Class::ALL.iter().position(|other| *other == class);
        position.map_or(500, |position| self.statuses[position])
    }

    /// Whether a signature is asked for.
    pub(crate) fn looks_at_signatures(&self) -> bool {
        self.profile.scheme().is_some() && !self.secrets.is_empty()
    }

    /// Whether a schema of the user's own is given for events of this type.
    #[cfg(feature = "runtime-schemas")]
    pub(crate) fn has_own_schema(&self, event_type: &str) -> bool {
        self.own.schema(event_type).is_some()
    }

    #[cfg(not(feature = "runtime-schemas"))]
    #[expect(clippy::unused_self, reason = "the other form of this function uses it")]
    pub(crate) fn has_own_schema(&self, _: &str) -> bool {
        false
    }
}
