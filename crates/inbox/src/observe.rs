//! Counters, gauges and histograms through the `metrics` facade; nothing where the feature is off.
//!
//! Every label is a word of a bounded set.

#![cfg_attr(not(feature = "metrics"), allow(unused_variables, clippy::unused_self, reason = "nobody counts"))]

use crate::record::Record;
use crate::store::{Appended, Outcome, Settled, Stats, StoreError, Swept};

/// An append that is under way.
pub(crate) struct Append {
    #[cfg(feature = "metrics")]
    vendor: &'static str,
    #[cfg(feature = "metrics")]
    started: std::time::Instant,
}

impl Append {
    pub(crate) fn of(record: &Record) -> Self {
        Self {
            #[cfg(feature = "metrics")]
            vendor: record.vendor.parse::<hookvet::Vendor>().map_or("other", |vendor| vendor.as_str()),
            #[cfg(feature = "metrics")]
            started: std::time::Instant::now(),
        }
    }

    pub(crate) fn done(self, appended: Result<&Appended, &StoreError>) {
        #[cfg(feature = "metrics")]
        {
            let arrival = appended.map_or("failed", |appended| appended.arrival.as_str());
            metrics::counter!("hookvet_inbox_appends_total", "vendor" => self.vendor, "arrival" => arrival)
                .increment(1);
            metrics::histogram!("hookvet_inbox_append_seconds").record(self.started.elapsed().as_secs_f64());
        }
    }
}

pub(crate) const fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Retry { .. } => "retry",
        Outcome::Dead { .. } => "dead",
        Outcome::Extend(_) => "extend",
    }
}

pub(crate) fn settled(outcome: &'static str, settled: Result<&Settled, &StoreError>) {
    #[cfg(feature = "metrics")]
    {
        let outcome = match settled {
            Ok(Settled::Settled) => outcome,
            Ok(Settled::Lost) => "lost",
            Err(_) => "failed",
        };
        metrics::counter!("hookvet_inbox_settled_total", "outcome" => outcome).increment(1);
    }
}

pub(crate) fn swept(swept: Swept) {
    #[cfg(feature = "metrics")]
    {
        metrics::counter!("hookvet_inbox_swept_total", "what" => "delivery").increment(swept.deliveries);
        metrics::counter!("hookvet_inbox_swept_total", "what" => "key").increment(swept.keys);
    }
}

/// How many deliveries were written in one step.
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code, reason = "no store writes in batches"))]
pub(crate) fn batch(size: usize) {
    #[cfg(feature = "metrics")]
    {
        #[expect(clippy::cast_precision_loss, reason = "no batch is that large")]
        metrics::histogram!("hookvet_inbox_batch_size").record(size as f64);
    }
}

pub(crate) fn stats(stats: &Stats) {
    #[cfg(feature = "metrics")]
    {
        #[expect(clippy::cast_precision_loss, reason = "no store holds that many")]
        for (state, count) in
            [("ready", stats.ready), ("leased", stats.leased), ("dead", stats.dead), ("quarantined", stats.quarantined)]
        {
            metrics::gauge!("hookvet_inbox_deliveries", "state" => state).set(count as f64);
        }
        #[expect(clippy::cast_precision_loss, reason = "nothing waits that long")]
        let age = stats.oldest_ready_ms.unwrap_or(0) as f64 / 1000.0;
        metrics::gauge!("hookvet_inbox_oldest_ready_seconds").set(age);
    }
}
