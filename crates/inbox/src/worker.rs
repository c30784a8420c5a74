//! Works on what is in an inbox.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::inbox::Inbox;
use crate::record::{Delivery, Note};
use crate::store::{Lease, Leased, Outcome, Settled, Store as _, StoreError, Terms, Wanted};

/// The shortest and the longest wait before an inbox that had nothing is asked again.
const POLL: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// How often a store that does not write is told what became of a delivery.
const TELLINGS: u32 = 5;

/// Why a delivery was not worked on to the end. `Debug` does not show the note.
#[derive(Clone, Debug)]
pub struct Failure {
    note: Note,
    after: Option<Duration>,
    is_final: bool,
}

impl Failure {
    /// It is tried again, later each time.
    pub fn retry(note: impl fmt::Display) -> Self {
        Self { note: Note::new(&note.to_string()), after: None, is_final: false }
    }

    /// It is tried again after so much time.
    pub fn retry_after(after: Duration, note: impl fmt::Display) -> Self {
        Self { after: Some(after), ..Self::retry(note) }
    }

    /// It is given up.
    pub fn dead(note: impl fmt::Display) -> Self {
        Self { is_final: true, ..Self::retry(note) }
    }
}

/// Takes deliveries from an inbox and works on several at a time.
///
/// A delivery is done when the handler says `Ok`. It comes again where the process ends before that, so a handler must bear
/// to see one twice; [`Lease::done`](crate::Lease::done) makes it exactly once in a transaction of its own. A handler that panics
/// has failed. One whose lease is lost is dropped, since somebody else works on its delivery.
///
/// # Example
/// ```
/// use hookvet_inbox::{Delivery, Failure, Inbox, Worker};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), hookvet_inbox::StoreError> {
/// let inbox = Inbox::open("memory:").await?;
/// let worker = Worker::new(inbox).concurrency(4);
/// // Until the program is to end.
/// let end = std::future::ready(());
/// worker
///     .run(
///         async |delivery: Delivery| {
///             println!("{} bytes", delivery.record.body.len());
///             Ok::<(), Failure>(())
///         },
///         end,
///     )
///     .await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it runs"]
pub struct Worker {
    inbox: Inbox,
    terms: Terms,
    concurrency: usize,
    in_order: bool,
}

impl Worker {
    /// Works on eight deliveries at a time, in any order.
    pub fn new(inbox: Inbox) -> Self {
        Self { inbox, terms: Terms::default(), concurrency: 8, in_order: false }
    }

    /// How many deliveries are worked on at a time, at least one.
    pub fn concurrency(mut self, count: usize) -> Self {
        self.concurrency = count.max(1);
        self
    }

    /// How long a lease lasts before it is extended or lost, and how often a delivery is tried.
    pub fn terms(mut self, terms: Terms) -> Self {
        self.terms = terms;
        self
    }

    /// Deliveries about one subject come one after the other, in the order in which they were stored.
    pub fn in_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// Works until `end` is ready, and finishes what it has begun.
    pub async fn run<H, F>(self, handler: H, end: impl Future<Output = ()>)
    where
        H: Fn(Delivery) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        self.run_leased(move |leased: Leased| handler(leased.delivery), end).await;
    }

    /// As [`run`](Self::run), for a handler that settles in a transaction of its own: it gets the lease too.
    pub async fn run_leased<H, F>(self, handler: H, end: impl Future<Output = ()>)
    where
        H: Fn(Leased) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let mut running = JoinSet::new();
        let mut end = pin!(end);
        let mut pause = POLL.0;
        loop {
            tokio::select! {
                biased;
                () = &mut end => break,
                () = std::future::ready(()) => {}
            }
            // One that has panicked is settled by the task around it.
            while running.try_join_next().is_some() {}
            if running.len() >= self.concurrency {
                tokio::select! {
                    () = &mut end => break,
                    _ = running.join_next() => continue,
                }
            }
            let count = u32::try_from(self.concurrency - running.len()).unwrap_or(u32::MAX);
            let wanted = Wanted { count, terms: self.terms, in_order: self.in_order };
            // Waited for to its end: what it has leased would otherwise wait for the end of the lease.
            let leased = self.inbox.lease(wanted).await.unwrap_or_default();
            if leased.is_empty() {
                tokio::select! {
                    () = &mut end => break,
                    () = self.inbox.appended_within(pause) => {}
                    Some(_) = running.join_next() => {}
                }
                pause = (pause * 2).min(POLL.1);
                continue;
            }
            pause = POLL.0;
            for leased in leased {
                let (inbox, terms, handler) = (self.inbox.clone(), self.terms, handler.clone());
                running.spawn(async move { work(&inbox, terms, &*handler, leased).await });
            }
        }
        while running.join_next().await.is_some() {}
    }
}

async fn work<H, F>(inbox: &Inbox, terms: Terms, handler: &H, leased: Leased)
where
    H: Fn(Leased) -> F,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let (lease, attempts) = (leased.lease, leased.delivery.attempts);
    // In a task of its own, so that a panic ends that one alone.
    let mut task = tokio::spawn(handler(leased));
    let done = tokio::select! {
        done = &mut task => done,
        () = hold(inbox, lease, terms.duration) => {
            task.abort();
            return;
        }
    };
    let outcome = match done {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(failure)) => {
            let note = Some(failure.note);
            if failure.is_final || attempts >= terms.max_attempts {
                Outcome::Dead { note }
            } else {
                Outcome::Retry { after: failure.after.unwrap_or_else(|| backoff(attempts)), note }
            }
        }
        Err(_) if attempts >= terms.max_attempts => Outcome::Dead { note: Some(Note::new("its handler panicked")) },
        Err(_) => Outcome::Retry { after: backoff(attempts), note: Some(Note::new("its handler panicked")) },
    };
    // A lost one was settled by the handler itself, or is somebody else's by now.
    let _ = tell(inbox, lease, outcome).await;
}

/// Extends a lease, and returns when it is lost.
pub(crate) async fn hold(inbox: &Inbox, lease: Lease, duration: Duration) {
    loop {
        sleep(duration / 3).await;
        if inbox.settle(lease, Outcome::Extend(duration)).await == Ok(Settled::Lost) {
            return;
        }
    }
}

/// Settles, and again where the store does not write just now.
pub(crate) async fn tell(inbox: &Inbox, lease: Lease, outcome: Outcome) -> Result<Settled, StoreError> {
    let mut pause = POLL.0;
    for _ in 1..TELLINGS {
        match inbox.settle(lease, outcome.clone()).await {
            Err(_) => sleep(pause).await,
            settled => return settled,
        }
        pause = (pause * 4).min(POLL.1);
    }
    inbox.settle(lease, outcome).await
}

/// 5 s after the first attempt, twice that after each further one, an hour at the most.
fn backoff(attempts: u32) -> Duration {
    Duration::from_secs(5 << attempts.saturating_sub(1).min(10)).min(Duration::from_secs(60 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_longer_each_time_and_not_for_ever() {
        assert_eq!(backoff(0).as_secs(), 5);
        assert_eq!(
            [1, 2, 3, 10, 11, u32::MAX].map(|attempts| backoff(attempts).as_secs()),
            [5, 10, 20, 2560, 3600, 3600]
        );
    }
}
