//! The time, which never goes back while the process lives.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::store::millis;

/// Milliseconds since the Unix epoch. When the system's clock is set back, this one goes on from where it was; leases end all the
/// same and nothing waits until that time comes again.
#[derive(Debug)]
pub(crate) struct Clock {
    anchor: Mutex<(i64, Instant)>,
}

impl Clock {
    /// Not before `earliest`, the last time that the store has written.
    pub(crate) fn starting_at(earliest: i64) -> Self {
        Self { anchor: Mutex::new((system().max(earliest), Instant::now())) }
    }

    pub(crate) fn now(&self) -> i64 {
        self.at(system(), Instant::now())
    }

    fn at(&self, system: i64, instant: Instant) -> i64 {
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let steady = anchor.0.saturating_add(millis(instant.saturating_duration_since(anchor.1)));
        if system > steady {
            *anchor = (system, instant);
        }
        system.max(steady)
    }
}

fn system() -> i64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_when_the_system_is_set_back() {
        let start = Instant::now();
        let clock = Clock { anchor: Mutex::new((1_000_000, start)) };
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(clock.at(1_001_000, after(1)), 1_001_000);
        // An hour back.
        assert_eq!(clock.at(1_002_000 - 3_600_000, after(2)), 1_002_000);
        assert_eq!(clock.at(1_060_000 - 3_600_000, after(60)), 1_060_000);
        // And forward.
        assert_eq!(clock.at(9_000_000, after(61)), 9_000_000);
        assert_eq!(clock.at(5, after(62)), 9_001_000);
    }

    #[test]
    fn it_does_not_begin_before_what_is_written() {
        let later = system() + 3_600_000;
        assert!(Clock::starting_at(later).now() >= later);
    }
}
