//! Where the time comes from that signatures are held against.

use std::fmt;
use std::sync::Arc;

/// Seconds since the Unix epoch, from the system or from whoever built the layer.
#[derive(Clone)]
pub(crate) enum Clock {
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    System,
    Given(Arc<dyn Fn() -> u64 + Send + Sync>),
}

impl Clock {
    pub(crate) fn given(now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self::Given(Arc::new(now))
    }

    pub(crate) fn now(&self) -> u64 {
        match self {
            // A clock set before 1970 makes every signature one from the future, so nothing unproven passes.
            #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
            Self::System => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since_epoch| since_epoch.as_secs()),
            Self::Given(now) => now(),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
            Self::System => "System",
            Self::Given(_) => "Given(..)",
        })
    }
}
