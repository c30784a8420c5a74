//! What is told about each delivery: its verdict, what became of it, and the time it took.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use hookvet::Verdict;

/// Is told of every delivery, once, when it is clear what becomes of it.
///
/// It runs inside the request, so it should not block. One that panics is caught: the panic hook has reported it by then, and
/// the delivery goes its way as if nobody had looked. (On targets where a panic aborts, as on WebAssembly, nothing can be caught.)
pub trait Observer: Send + Sync {
    /// Looks at one delivery.
    fn observe(&self, observation: &Observation<'_>);
}

impl<F: Fn(&Observation<'_>) + Send + Sync> Observer for F {
    fn observe(&self, observation: &Observation<'_>) {
        self(observation);
    }
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Disposition {
    /// Accepted, and handed to the handler.
    Delivered,
    /// Refused, and answered so.
    Refused,
    /// Refused, and handed to the handler with its verdict.
    PassedOn,
    /// Refused, and kept by the quarantine.
    Quarantined,
    /// Refused, and the quarantine could not keep it: its sender was told to come again.
    NotStored,
}

impl Disposition {
    /// `delivered`, `refused`, `passed_on`, `quarantined` or `not_stored`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::PassedOn => "passed_on",
            Self::Quarantined => "quarantined",
            Self::NotStored => "not_stored",
        }
    }
}

/// How long a delivery took. The times are measured only where somebody observes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Timings {
    /// Judging the headers.
    pub headers: Duration,
    /// Waiting for the body, from the end of the first step to its last byte.
    pub body: Duration,
    /// Judging the body.
    pub judgement: Duration,
}

impl Timings {
    /// The time that hookvet itself took: headers and judgement, without the waiting.
    #[must_use]
    pub fn own(&self) -> Duration {
        self.headers + self.judgement
    }

    /// From the head of the request to the verdict, the waiting included.
    #[must_use]
    pub fn total(&self) -> Duration {
        self.headers + self.body + self.judgement
    }
}

/// One delivery, as an [`Observer`] is told of it. `Debug` shows no value of it, and not what the sink says.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Observation<'d> {
    /// What hookvet says about it.
    pub verdict: &'d Verdict,
    /// What became of it.
    pub disposition: Disposition,
    /// The length of its body; 0 where it was refused before all of it was there.
    pub body_bytes: usize,
    /// Whether all of its body was there.
    pub is_whole: bool,
    /// `None` where there is no monotonic clock: on `wasm32-unknown-unknown`.
    pub timings: Option<Timings>,
    /// Why the quarantine did not keep it, in the sink's own words. They may quote whatever the sink quotes.
    pub store_error: Option<&'d (dyn Error + Send + Sync + 'static)>,
}

impl fmt::Debug for Observation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observation")
            .field("verdict", &self.verdict)
            .field("disposition", &self.disposition)
            .field("body_bytes", &self.body_bytes)
            .field("is_whole", &self.is_whole)
            .field("timings", &self.timings)
            .field("store_error", &self.store_error.map(|_| format_args!("..")))
            .finish()
    }
}

/// Measures, where somebody observes and there is a clock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch(Option<Instant>);

impl Watch {
    pub(crate) fn start(is_wanted: bool) -> Self {
        // `Instant::now` panics where the system has no clock.
        Self((is_wanted && cfg!(not(all(target_family = "wasm", target_os = "unknown")))).then(Instant::now))
    }

    /// The time since the start, or since the last lap.
    pub(crate) fn lap(&mut self) -> Duration {
        let Some(before) = self.0 else { return Duration::ZERO };
        let now = Instant::now();
        self.0 = Some(now);
        now - before
    }

    pub(crate) const fn is_running(self) -> bool {
        self.0.is_some()
    }
}
