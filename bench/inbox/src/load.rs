//! Senders and workers on a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::join_all;
use hookvet_inbox::{Inbox, Outcome, Record, Store as _, Terms, Wanted};

/// How many send at the same time.
pub(crate) const SENDERS: u64 = 64;

/// Of a delivery.
pub(crate) const BODY: usize = 600;

/// How much was done in which time, and how long each took.
#[derive(Clone)]
pub(crate) struct Rate {
    pub(crate) milliseconds: Vec<f64>,
    pub(crate) time: Duration,
    /// Where one measurement stands for several.
    pub(crate) weight: u64,
}

impl Rate {
    pub(crate) fn new(mut milliseconds: Vec<f64>, time: Duration) -> Self {
        milliseconds.sort_unstable_by(f64::total_cmp);
        Self { milliseconds, time, weight: 1 }
    }

    pub(crate) fn count(&self) -> u64 {
        self.milliseconds.len() as u64 * self.weight
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    pub(crate) fn per_second(&self) -> f64 {
        self.count() as f64 / self.time.as_secs_f64()
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let index = (self.milliseconds.len() as f64 * share) as usize;
        self.milliseconds.get(index.min(self.milliseconds.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// One that was not there before. Its key is as random as those of vendors are.
pub(crate) fn record() -> Record {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let id = format!("{:016x}-{number}", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    Record {
        vendor: "amlyze".into(),
        key: Some(format!("cef8654f-9885-4e61-b8e9-132b607ab6a4 {id}")),
        digest: std::array::from_fn(|index| number.to_le_bytes()[index % 8]),
        id: Some(id),
        event_type: Some("com.amlyze.customer.updated".into()),
        subject: Some((number % 5000).to_string()),
        headers: [("ce-specversion", "1.0"), ("ce-source", "customer"), ("content-type", "application/json")]
            .map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()))
            .to_vec(),
        body: vec![b'x'; BODY].into(),
        verdict: "{\"decision\":\"accept\",\"status\":204,\"vendor\":\"amlyze\",\"findings\":[]}".into(),
        is_quarantined: false,
    }
}

fn elapsed(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// Each sender waits for one answer before it sends the next; at a given rate, or as fast as it goes.
pub(crate) async fn append(inbox: &Inbox, time: Duration, per_second: Option<f64>) -> Rate {
    let started = Instant::now();
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let pause = per_second.map(|rate| Duration::from_secs_f64(SENDERS as f64 / rate));
    let sender = |number: u64| {
        let inbox = inbox.clone();
        tokio::spawn(async move {
            let mut taken = Vec::new();
            let mut next =
                started + pause.unwrap_or_default().mul_f64(f64::from(u32::try_from(number).unwrap_or(0)) / 64.0);
            while started.elapsed() < time {
                if let Some(pause) = pause {
                    tokio::time::sleep_until(next.into()).await;
                    next += pause;
                }
                let record = record();
                let begun = Instant::now();
                let _ = inbox.append(record, None).await.expect("appended");
                taken.push(elapsed(begun));
            }
            taken
        })
    };
    let all = join_all((0..SENDERS).map(sender)).await;
    let time = started.elapsed();
    Rate::new(all.into_iter().flat_map(|taken| taken.expect("a sender")).collect(), time)
}

/// Four workers, each of which leases sixteen and settles them at once.
pub(crate) async fn work(inbox: &Inbox, time: Duration) -> Result<Rate> {
    let started = Instant::now();
    let worker = |_| {
        let inbox = inbox.clone();
        tokio::spawn(async move {
            let mut taken = Vec::new();
            while started.elapsed() < time {
                let begun = Instant::now();
                let leased = inbox.lease(Wanted { count: 16, terms: Terms::default(), in_order: false }).await?;
                if leased.is_empty() {
                    break;
                }
                for settled in join_all(leased.iter().map(|leased| inbox.settle(leased.lease, Outcome::Done))).await {
                    let _ = settled?;
                    taken.push(elapsed(begun));
                }
            }
            anyhow::Ok(taken)
        })
    };
    let mut milliseconds = Vec::new();
    for taken in join_all((0..4).map(worker)).await {
        milliseconds.extend(taken??);
    }
    Ok(Rate::new(milliseconds, started.elapsed()))
}

/// Stores so many, and has them done.
pub(crate) async fn fill(inbox: &Inbox, count: u64) -> Result<u64> {
    let left = Arc::new(AtomicU64::new(count));
    let sender = |_| {
        let (inbox, left) = (inbox.clone(), left.clone());
        tokio::spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let appended = inbox.append(record(), Some(Terms::default())).await?;
                if let Some(lease) = appended.lease {
                    let _ = inbox.settle(lease, Outcome::Done).await?;
                }
            }
            anyhow::Ok(())
        })
    };
    for done in join_all((0..512).map(sender)).await {
        done??;
    }
    Ok(count)
}

/// Memory of this process.
pub(crate) fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(f64::NAN);
    kib / 1024.0
}
