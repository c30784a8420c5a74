//! What a change-over needs: a name for a secret or a credential, and a moment from which on it does not count.

use std::fmt;
use std::sync::Arc;

#[derive(Clone, Default)]
pub(super) struct Rotation {
    pub(super) label: Option<Arc<str>>,
    /// In seconds since the Unix epoch.
    pub(super) expires: Option<u64>,
}

impl Rotation {
    pub(super) fn is_expired(&self, now: u64) -> bool {
        self.expires.is_some_and(|at| now >= at)
    }

    /// Writes `Secret(..)`, with what may be shown in front of the dots.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>, name: &str, shown: &str) -> fmt::Result {
        write!(f, "{name}(")?;
        for part in [shown, self.label.as_deref().unwrap_or_default()] {
            if !part.is_empty() {
                write!(f, "{part}, ")?;
            }
        }
        f.write_str("..)")
    }
}
