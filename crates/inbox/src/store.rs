//! What a store can do.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::record::{Delivery, Note, Record, State};

/// What a store is still doing.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps deliveries until they are worked on.
///
/// Whatever a method says has happened is durable when it returns. Each method is one step: another process sees all of it or
/// nothing. A store of your own passes `conformance::run`.
pub trait Store: Send + Sync + 'static {
    /// Keeps a delivery, and says whether it was there.
    ///
    /// With `terms`, a delivery that nobody holds is leased to the caller in the same step: a new one, and a duplicate that is
    /// ready, whatever it waits for.
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended>;

    /// Takes deliveries that are due: ready ones, and those whose lease has ended. Each taking counts as an attempt; one that was
    /// tried as often as the terms allow becomes dead instead. A lease need not outlive a power cut of the machine that holds the store
    /// and its workers.
    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>>;

    /// Ends or extends a lease. [`Settled::Lost`] where the delivery was leased or changed by others since: nothing is written then.
    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled>;

    /// Looks deliveries up, in the order in which they were stored.
    fn find(&self, query: Query) -> Pending<'_, Page>;

    /// Changes deliveries as an operator, and says how many. A lease on one of them is lost.
    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64>;

    /// Deletes what is older than the horizon, at most `limit` deliveries and as many keys. Whatever is not done stays, and so does
    /// its key. With a limit of 0 it only shows that the store writes.
    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept>;
}

impl Store for std::sync::Arc<dyn Store> {
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended> {
        (**self).append(record, terms)
    }

    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>> {
        (**self).lease(wanted)
    }

    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled> {
        (**self).settle(lease, outcome)
    }

    fn find(&self, query: Query) -> Pending<'_, Page> {
        (**self).find(query)
    }

    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64> {
        (**self).amend(selection, change)
    }

    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept> {
        (**self).sweep(horizon, limit)
    }
}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Too much waits already; come again.
    #[error("too many deliveries wait for the store")]
    Busy,
    /// The store cannot be reached or does not write. The text quotes no value of a delivery.
    #[error("the store does not write: {0}")]
    Failed(String),
}

impl StoreError {
    pub(crate) fn failed(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// How a delivery is leased.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Terms {
    /// How long the lease lasts unless it is extended.
    pub duration: Duration,
    /// How often a delivery is tried before it is given up.
    pub max_attempts: u32,
}

impl Default for Terms {
    /// A minute, twenty attempts.
    fn default() -> Self {
        Self { duration: Duration::from_secs(60), max_attempts: 20 }
    }
}

/// Which deliveries a worker wants.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// At most so many.
    pub count: u32,
    /// How they are leased.
    pub terms: Terms,
    /// Whether a delivery waits for those before it: those of the same vendor and subject that are ready or leased. At most one of a
    /// subject is then held at a time. Deliveries without a subject wait for none.
    pub in_order: bool,
}

/// What became of a delivery that was appended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct Appended {
    /// Of the delivery, or of the one that was there.
    pub seq: i64,
    /// Whether it was there.
    pub arrival: Arrival,
    /// Where one was asked for and could be had.
    pub lease: Option<Lease>,
}

/// Whether a delivery was there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Arrival {
    /// It is new.
    New,
    /// The same key with the same digest is there, in this state; it is counted.
    Duplicate(State),
    /// The same key is there with another digest: kept besides, and worth a look.
    Conflict,
}

impl Arrival {
    /// `new`, `duplicate` or `conflict`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Duplicate(_) => "duplicate",
            Self::Conflict => "conflict",
        }
    }
}

/// The right to settle a delivery, for a while.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lease {
    /// Of the delivery.
    pub seq: i64,
    /// Grows each time that the delivery is leased or changed by an operator, so that whoever comes late is told.
    pub token: i64,
    /// How the store is written to, where a statement can do it.
    pub(crate) dialect: Option<Dialect>,
}

impl Lease {
    /// A lease in a store of your own.
    #[must_use]
    pub const fn new(seq: i64, token: i64) -> Self {
        Self { seq, token, dialect: None }
    }

    /// The statement that marks the delivery as done, to be run in a transaction of your own beside what the handler writes: then both
    /// are there or neither, and the delivery has its effect exactly once. `None` where the store is not written to by statements.
    ///
    /// It has two parameters, [`seq`](Statement::seq) and [`token`](Statement::token), and any driver runs it. **It has to change one
    /// row.** Where it changes none the lease is lost, and the transaction has to be rolled back.
    #[must_use]
    pub const fn done(&self) -> Option<Statement> {
        match self.dialect {
            Some(dialect) => Some(Statement { sql: dialect.done(), seq: self.seq, token: self.token }),
            None => None,
        }
    }
}

/// A statement for a transaction of your own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "it does nothing until it is run, and where it changes no row the transaction has to be rolled back"]
pub struct Statement {
    /// Its text.
    pub sql: &'static str,
    /// The first parameter.
    pub seq: i64,
    /// The second parameter.
    pub token: i64,
}

/// A delivery, and the lease on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leased {
    /// To be settled.
    pub lease: Lease,
    /// The delivery.
    pub delivery: Delivery,
}

/// What becomes of a leased delivery.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It is worked on to the end.
    Done,
    /// It is tried again.
    Retry {
        /// Not before so much time has passed.
        after: Duration,
        /// Why.
        note: Option<Note>,
    },
    /// It is given up.
    Dead {
        /// Why.
        note: Option<Note>,
    },
    /// The lease lasts so much longer from now on.
    Extend(Duration),
}

/// Whether a lease still held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use = "a lost lease means that another worker has the delivery"]
pub enum Settled {
    /// It held, and what was said is written.
    Settled,
    /// It did not, and nothing is written.
    Lost,
}

/// Which deliveries are meant; without anything set, all.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Filter {
    /// These alone.
    pub seqs: Option<Vec<i64>>,
    /// Of this vendor.
    pub vendor: Option<String>,
    /// In this state. A lease that has ended still is one.
    pub state: Option<State>,
    /// Of this type.
    pub event_type: Option<String>,
    /// About this subject.
    pub subject: Option<String>,
    /// With this key.
    pub key: Option<String>,
    /// Stored at this time or later, in milliseconds since the Unix epoch.
    pub since: Option<i64>,
    /// Stored before this time.
    pub until: Option<i64>,
}

impl Filter {
    /// Deliveries in one state.
    #[must_use]
    pub fn in_state(state: State) -> Self {
        Self { state: Some(state), ..Self::default() }
    }

    pub(crate) fn matches(&self, delivery: &Delivery) -> bool {
        let is = |wanted: &Option<String>, found: Option<&String>| wanted.is_none() || wanted.as_ref() == found;
        self.seqs.as_ref().is_none_or(|seqs| seqs.contains(&delivery.seq))
            && is(&self.vendor, Some(&delivery.record.vendor))
            && self.state.is_none_or(|state| state == delivery.state)
            && is(&self.event_type, delivery.record.event_type.as_ref())
            && is(&self.subject, delivery.record.subject.as_ref())
            && is(&self.key, delivery.record.key.as_ref())
            && self.since.is_none_or(|since| delivery.received_at >= since)
            && self.until.is_none_or(|until| delivery.received_at < until)
    }
}

/// Shows which conditions are set, and no id.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Filter")
            .field("seqs", &self.seqs)
            .field("vendor", &self.vendor)
            .field("state", &self.state)
            .field("has_type", &self.event_type.is_some())
            .field("has_subject", &self.subject.is_some())
            .field("has_key", &self.key.is_some())
            .field("since", &self.since)
            .field("until", &self.until)
            .finish()
    }
}

/// A page of deliveries that is asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Query {
    /// Which ones.
    pub filter: Filter,
    /// Behind this one: [`Page::next`] of the page before.
    pub after: i64,
    /// At most so many.
    pub limit: u32,
    /// Whether [`Page::stats`] is wanted, over the whole store.
    pub with_stats: bool,
}

/// A page of deliveries.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// In the order in which they were stored.
    pub deliveries: Vec<Delivery>,
    /// Where the next page begins; `None` where this is the last.
    pub next: Option<i64>,
    /// Where it was asked for.
    pub stats: Option<Stats>,
}

impl Page {
    /// Of one delivery more than `limit`, where there are as many.
    pub(crate) fn of(mut deliveries: Vec<Delivery>, limit: u32, stats: Option<Stats>) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = deliveries.len() > limit;
        deliveries.truncate(limit);
        let next = deliveries.last().filter(|_| has_more).map(|last| last.seq);
        Self { deliveries, next, stats }
    }
}

/// How much is where.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// May be taken, now or after a wait.
    pub ready: u64,
    /// Held by workers.
    pub leased: u64,
    /// Given up.
    pub dead: u64,
    /// Set aside.
    pub quarantined: u64,
    /// How long the ready delivery that waits longest could have been taken by now, in milliseconds.
    pub oldest_ready_ms: Option<i64>,
}

impl Stats {
    /// Counts deliveries, each by its state and the moment from which on it may be taken.
    pub(crate) fn of(deliveries: impl Iterator<Item = (State, Option<i64>)>, now: i64) -> Self {
        let mut stats = Self::default();
        for (state, due_at) in deliveries {
            match state {
                State::Ready => {
                    stats.ready += 1;
                    let waited = due_at.map(|due_at| now - due_at).filter(|waited| *waited >= 0);
                    stats.oldest_ready_ms = stats.oldest_ready_ms.max(waited);
                }
                State::Leased => stats.leased += 1,
                State::Dead => stats.dead += 1,
                State::Quarantined => stats.quarantined += 1,
                State::Done => {}
            }
        }
        stats
    }
}

/// Which deliveries an operator changes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Selection {
    /// Which ones.
    pub filter: Filter,
    /// At most so many, the oldest first; `None` for all.
    pub limit: Option<u32>,
}

/// What an operator does with deliveries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// To be worked on at once, with all attempts anew, whatever became of them. Not those set aside.
    Retry,
    /// Given up: those that are ready or leased.
    Kill,
    /// To be worked on: those set aside. One that has come again meanwhile and was accepted becomes done.
    Release,
    /// Gone, whatever their state. Their keys stay, so that they do not come back.
    Erase,
}

impl Change {
    /// Whether it changes a delivery in this state.
    pub(crate) const fn fits(self, state: State) -> bool {
        match self {
            Self::Retry => !matches!(state, State::Quarantined),
            Self::Kill => matches!(state, State::Ready | State::Leased),
            Self::Release => matches!(state, State::Quarantined),
            Self::Erase => true,
        }
    }
}

/// How old something must be to be swept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Horizon {
    /// Deliveries that are done, by when they were stored.
    pub deliveries: Duration,
    /// Keys, by when they were first seen: so long is a duplicate known. Never shorter than that of deliveries.
    pub keys: Duration,
}

impl Default for Horizon {
    /// Seven days for both: senders repeat for days.
    fn default() -> Self {
        let week = Duration::from_secs(7 * 24 * 60 * 60);
        Self { deliveries: week, keys: week }
    }
}

impl Horizon {
    /// The times before which deliveries and keys go.
    pub(crate) fn cutoffs(self, now: i64) -> (i64, i64) {
        let before = |age| now.saturating_sub(millis(age));
        (before(self.deliveries), before(self.keys.max(self.deliveries)))
    }
}

/// How much was swept.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Swept {
    /// Deliveries.
    pub deliveries: u64,
    /// Keys.
    pub keys: u64,
}

/// The way in which a statement is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Dialect {
    #[cfg(feature = "sqlite")]
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Dialect {
    const fn done(self) -> &'static str {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite => crate::SqliteStore::DONE,
            #[cfg(feature = "postgres")]
            Self::Postgres => crate::PostgresStore::DONE,
        }
    }
}

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
