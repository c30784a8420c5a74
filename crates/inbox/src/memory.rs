//! A store that forgets everything when the process ends: for tests and for trying things out.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Clock;
use crate::record::{Delivery, Note, Record, State};
use crate::store::{
    Appended, Arrival, Change, Horizon, Lease, Leased, Outcome, Page, Pending, Query, Selection, Settled, Stats, Store,
    StoreError, Swept, Terms, Wanted, millis,
};

/// Most that it holds, in bytes; what comes beyond that is told that the store is busy.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// Deliveries in memory, up to 256 MiB of them. Nothing of it outlives the process.
pub struct MemoryStore {
    clock: Clock,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    last: i64,
    bytes: usize,
    seen: HashMap<Identity, Vec<Seen>>,
    deliveries: BTreeMap<i64, Row>,
}

#[derive(Clone, Eq, Hash, PartialEq)]
struct Identity {
    vendor: String,
    key: String,
    is_quarantined: bool,
}

struct Seen {
    seq: i64,
    digest: [u8; 32],
    at: i64,
    hits: u64,
}

struct Row {
    delivery: Delivery,
    token: i64,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { clock: Clock::starting_at(0), tables: Mutex::default() }
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl Row {
    fn set(&mut self, state: State, due_at: Option<i64>) {
        self.token += 1;
        (self.delivery.state, self.delivery.due_at) = (state, due_at);
    }

    fn is_due(&self, now: i64) -> bool {
        self.delivery.due_at.is_some_and(|due_at| due_at <= now)
    }

    /// Takes it, or gives it up where it was tried too often.
    fn lease(&mut self, terms: Terms, now: i64) -> Option<Lease> {
        if self.delivery.attempts >= terms.max_attempts {
            self.set(State::Dead, None);
            return None;
        }
        self.delivery.attempts += 1;
        self.set(State::Leased, Some(now.saturating_add(millis(terms.duration))));
        Some(Lease::new(self.delivery.seq, self.token))
    }
}

impl Tables {
    fn append(&mut self, record: Record, terms: Option<Terms>, now: i64) -> Result<Appended, StoreError> {
        let identity = record.key.clone().map(|key| Identity {
            vendor: record.vendor.clone(),
            key,
            is_quarantined: record.is_quarantined,
        });
        let known = identity.as_ref().and_then(|identity| self.seen.get_mut(identity));
        let is_conflict = known.is_some();
        if let Some(seen) = known.and_then(|all| all.iter_mut().find(|seen| seen.digest == record.digest)) {
            seen.hits += 1;
            let seq = seen.seq;
            let mut row = self.deliveries.get_mut(&seq);
            if let Some(row) = &mut row {
                row.delivery.redeliveries = seen.hits;
            }
            let state = row.as_ref().map_or(State::Done, |row| row.delivery.state);
            let lease = terms.zip(row).and_then(|(terms, row)| {
                let is_free = state == State::Ready || (state == State::Leased && row.is_due(now));
                is_free.then(|| row.lease(terms, now)).flatten()
            });
            return Ok(Appended { seq, arrival: Arrival::Duplicate(state), lease });
        }
        if self.bytes + record.bytes() > MAX_BYTES {
            return Err(StoreError::Busy);
        }
        self.bytes += record.bytes();
        self.last += 1;
        let seq = self.last;
        if let Some(identity) = identity {
            self.seen.entry(identity).or_default().push(Seen { seq, digest: record.digest, at: now, hits: 0 });
        }
        let is_quarantined = record.is_quarantined;
        let (state, due_at) = if is_quarantined { (State::Quarantined, None) } else { (State::Ready, Some(now)) };
        let delivery = Delivery {
            seq,
            received_at: now,
            state,
            attempts: 0,
            due_at,
            redeliveries: 0,
            is_conflict,
            note: None,
            record,
        };
        let mut row = Row { delivery, token: 0 };
        let lease = terms.filter(|_| !is_quarantined).and_then(|terms| row.lease(terms, now));
        self.deliveries.insert(seq, row);
        Ok(Appended { seq, arrival: if is_conflict { Arrival::Conflict } else { Arrival::New }, lease })
    }

    fn lease(&mut self, wanted: Wanted, now: i64) -> Vec<Leased> {
        let mut due: Vec<(i64, i64)> = self
            .deliveries
            .values()
            .filter(|row| row.is_due(now))
            .filter_map(|row| Some((row.delivery.due_at?, row.delivery.seq)))
            .collect();
        due.sort_unstable();
        let mut leased = Vec::new();
        for (_, seq) in due {
            if leased.len() == usize::try_from(wanted.count).unwrap_or(usize::MAX) {
                break;
            }
            if wanted.in_order && self.must_wait(seq) {
                continue;
            }
            let Some(row) = self.deliveries.get_mut(&seq) else { continue };
            if let Some(lease) = row.lease(wanted.terms, now) {
                leased.push(Leased { lease, delivery: row.delivery.clone() });
            }
        }
        leased
    }

    fn must_wait(&self, seq: i64) -> bool {
        let Some(row) = self.deliveries.get(&seq) else { return false };
        let group = |row: &Row| (row.delivery.record.vendor.clone(), row.delivery.record.subject.clone());
        row.delivery.record.subject.is_some()
            && self
                .deliveries
                .range(..seq)
                .any(|(_, other)| other.delivery.due_at.is_some() && group(other) == group(row))
    }

    fn settle(&mut self, lease: Lease, outcome: Outcome, now: i64) -> Settled {
        let held = self
            .deliveries
            .get_mut(&lease.seq)
            .filter(|row| row.token == lease.token && row.delivery.state == State::Leased);
        let Some(row) = held else { return Settled::Lost };
        let mut set = |state, due_at, note: Option<Note>| {
            row.set(state, due_at);
            if note.is_some() {
                row.delivery.note = note;
            }
        };
        match outcome {
            Outcome::Done => set(State::Done, None, None),
            Outcome::Retry { after, note } => set(State::Ready, Some(now.saturating_add(millis(after))), note),
            Outcome::Dead { note } => set(State::Dead, None, note),
            Outcome::Extend(time) => row.delivery.due_at = Some(now.saturating_add(millis(time))),
        }
        Settled::Settled
    }

    fn find(&self, query: &Query, now: i64) -> Page {
        let more = usize::try_from(query.limit).unwrap_or(usize::MAX).saturating_add(1);
        let deliveries = self
            .deliveries
            .range(query.after.saturating_add(1)..)
            .map(|(_, row)| &row.delivery)
            .filter(|delivery| query.filter.matches(delivery))
            .take(more)
            .cloned()
            .collect();
        Page::of(deliveries, query.limit, query.with_stats.then(|| self.stats(now)))
    }

    fn stats(&self, now: i64) -> Stats {
        Stats::of(self.deliveries.values().map(|row| (row.delivery.state, row.delivery.due_at)), now)
    }

    fn amend(&mut self, selection: &Selection, change: Change, now: i64) -> u64 {
        let limit = selection.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let seqs: Vec<i64> = self
            .deliveries
            .values()
            .filter(|row| change.fits(row.delivery.state) && selection.filter.matches(&row.delivery))
            .map(|row| row.delivery.seq)
            .take(limit)
            .collect();
        for seq in &seqs {
            match change {
                Change::Erase => self.remove(*seq),
                Change::Release => self.release(*seq, now),
                Change::Kill => {
                    if let Some(row) = self.deliveries.get_mut(seq) {
                        row.set(State::Dead, None);
                    }
                }
                Change::Retry => {
                    if let Some(row) = self.deliveries.get_mut(seq) {
                        row.delivery.attempts = 0;
                        row.set(State::Ready, Some(now));
                    }
                }
            }
        }
        seqs.len() as u64
    }

    /// Its key becomes that of an accepted delivery, unless there is one.
    fn release(&mut self, seq: i64, now: i64) {
        let Some(row) = self.deliveries.get_mut(&seq) else { return };
        row.delivery.record.is_quarantined = false;
        let record = &row.delivery.record;
        let mut is_known = false;
        if let Some(key) = record.key.clone() {
            let mut identity = Identity { vendor: record.vendor.clone(), key, is_quarantined: true };
            let digest = record.digest;
            let moved = self.seen.get_mut(&identity).and_then(|all| {
                let position = all.iter().position(|seen| seen.seq == seq)?;
                Some(all.swap_remove(position))
            });
            identity.is_quarantined = false;
            let accepted = self.seen.entry(identity).or_default();
            is_known = accepted.iter().any(|seen| seen.digest == digest);
            if !is_known {
                accepted.extend(moved);
            }
        }
        if is_known {
            row.set(State::Done, None);
        } else {
            row.set(State::Ready, Some(now));
        }
    }

    fn remove(&mut self, seq: i64) {
        if let Some(row) = self.deliveries.remove(&seq) {
            self.bytes -= row.delivery.record.bytes();
        }
    }

    fn sweep(&mut self, horizon: Horizon, limit: u32, now: i64) -> Swept {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let (deliveries_before, keys_before) = horizon.cutoffs(now);
        let is_old = |delivery: &Delivery| delivery.state == State::Done && delivery.received_at < deliveries_before;
        let old = self.deliveries.values().map(|row| &row.delivery).filter(|delivery| is_old(delivery));
        let old: Vec<i64> = old.map(|delivery| delivery.seq).take(limit).collect();
        for seq in &old {
            self.remove(*seq);
        }
        let mut keys = 0;
        let deliveries = &self.deliveries;
        for all in self.seen.values_mut() {
            all.retain(|seen| {
                let goes = keys < limit && seen.at < keys_before && !deliveries.contains_key(&seen.seq);
                keys += usize::from(goes);
                !goes
            });
        }
        self.seen.retain(|_, all| !all.is_empty());
        Swept { deliveries: old.len() as u64, keys: keys as u64 }
    }
}

impl Store for MemoryStore {
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended> {
        Box::pin(ready(self.tables().append(record, terms, self.clock.now())))
    }

    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>> {
        Box::pin(ready(Ok(self.tables().lease(wanted, self.clock.now()))))
    }

    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled> {
        Box::pin(ready(Ok(self.tables().settle(lease, outcome, self.clock.now()))))
    }

    fn find(&self, query: Query) -> Pending<'_, Page> {
        Box::pin(ready(Ok(self.tables().find(&query, self.clock.now()))))
    }

    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64> {
        Box::pin(ready(Ok(self.tables().amend(&selection, change, self.clock.now()))))
    }

    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept> {
        Box::pin(ready(Ok(self.tables().sweep(horizon, limit, self.clock.now()))))
    }
}
