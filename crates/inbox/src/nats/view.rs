//! What a process knows of the deliveries in the streams: everything but what they hold.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value, json};

use crate::record::{Delivery, Note, Record, State};
use crate::store::Stats;

/// A delivery's state, as it stands in the stream of states.
#[derive(Clone, Debug)]
pub(super) struct Status {
    pub(super) state: State,
    pub(super) due_at: Option<i64>,
    pub(super) attempts: u32,
    /// Grows with each lease and each change by an operator.
    pub(super) token: i64,
    pub(super) note: Option<Note>,
}

impl Status {
    pub(super) fn to_json(&self) -> String {
        let note = self.note.as_ref().map(Note::as_str);
        json!({ "s": self.state.code(), "d": self.due_at, "a": self.attempts, "t": self.token, "n": note }).to_string()
    }

    pub(super) fn of_json(text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        Some(Self {
            state: State::of_code(i16::try_from(value["s"].as_i64()?).ok()?),
            due_at: value["d"].as_i64(),
            attempts: u32::try_from(value["a"].as_u64()?).ok()?,
            token: value["t"].as_i64()?,
            note: value["n"].as_str().map(Note::new),
        })
    }
}

/// What stands in a delivery's header.
#[derive(Clone, Debug, Default)]
pub(super) struct Meta {
    pub(super) vendor: String,
    pub(super) key: Option<String>,
    pub(super) event_type: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) digest: String,
    pub(super) received_at: i64,
    pub(super) is_conflict: bool,
    pub(super) is_quarantined: bool,
    /// The delivery that this message keeps a key for; the message holds nothing else.
    pub(super) stands_for: Option<i64>,
}

impl Meta {
    pub(super) fn of(record: &Record, received_at: i64, is_conflict: bool) -> Self {
        Self {
            vendor: record.vendor.clone(),
            key: record.key.clone(),
            event_type: record.event_type.clone(),
            subject: record.subject.clone(),
            digest: digits(&record.digest),
            received_at,
            is_conflict,
            is_quarantined: record.is_quarantined,
            stands_for: None,
        }
    }

    /// Escaped, since it stands in a header.
    pub(super) fn to_json(&self) -> String {
        let value = json!({
            "v": self.vendor, "k": self.key, "t": self.event_type, "s": self.subject, "d": self.digest, "at": self.received_at,
            "c": self.is_conflict, "q": self.is_quarantined, "for": self.stands_for,
        });
        let mut text = String::new();
        for c in value.to_string().chars() {
            let mut units = [0; 2];
            match c {
                ' '..='~' => text.push(c),
                _ => text.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"))),
            }
        }
        text
    }

    pub(super) fn of_json(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let word = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Self {
            vendor: word("v")?,
            key: word("k"),
            event_type: word("t"),
            subject: word("s"),
            digest: word("d")?,
            received_at: value["at"].as_i64()?,
            is_conflict: value["c"].as_bool()?,
            is_quarantined: value["q"].as_bool()?,
            stands_for: value["for"].as_i64(),
        })
    }
}

pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A delivery.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) meta: Meta,
    pub(super) status: Status,
    /// The sequence of its last message in the stream of states; 0 where there is none.
    pub(super) revision: u64,
    pub(super) redeliveries: u64,
}

impl Entry {
    /// What is known of a record without its message.
    pub(super) fn known(&self) -> Record {
        let Meta { vendor, key, event_type, subject, .. } = self.meta.clone();
        Record { vendor, key, event_type, subject, ..Record::default() }
    }

    pub(super) fn delivery(&self, seq: i64, record: Record) -> Delivery {
        Delivery {
            seq,
            received_at: self.meta.received_at,
            state: self.status.state,
            attempts: self.status.attempts,
            due_at: self.status.due_at,
            redeliveries: self.redeliveries,
            is_conflict: self.meta.is_conflict,
            note: self.status.note.clone(),
            record,
        }
    }

    pub(super) fn is_due(&self, now: i64) -> bool {
        self.status.due_at.is_some_and(|due_at| due_at <= now)
    }
}

/// A change that came before its delivery, since the two streams are read side by side.
#[derive(Default)]
struct Early {
    status: Option<(Status, u64)>,
    redeliveries: u64,
}

#[derive(Default)]
pub(super) struct View {
    pub(super) entries: BTreeMap<i64, Entry>,
    /// Those that may be taken at some time, by that time.
    due: BTreeSet<(i64, i64)>,
    /// Messages that keep a key alone: by their sequence, for which delivery and since when.
    pub(super) keys: BTreeMap<i64, (i64, i64)>,
    early: BTreeMap<i64, Early>,
    /// How far the two streams are read.
    pub(super) read: [u64; 2],
}

impl View {
    pub(super) fn delivery(&mut self, seq: i64, meta: Meta) {
        if let Some(stands_for) = meta.stands_for {
            self.keys.insert(seq, (stands_for, meta.received_at));
            return;
        }
        if self.entries.contains_key(&seq) {
            return;
        }
        let early = self.early.remove(&seq).unwrap_or_default();
        let (state, due_at) =
            if meta.is_quarantined { (State::Quarantined, None) } else { (State::Ready, Some(meta.received_at)) };
        let first = Status { state, due_at, attempts: 0, token: 0, note: None };
        let (status, revision) = early.status.unwrap_or((first, 0));
        self.due.extend(status.due_at.map(|due_at| (due_at, seq)));
        self.entries.insert(seq, Entry { meta, status, revision, redeliveries: early.redeliveries });
    }

    pub(super) fn status(&mut self, seq: i64, status: Status, revision: u64) {
        match self.entries.get_mut(&seq) {
            Some(entry) if entry.revision < revision => {
                if let Some(due_at) = entry.status.due_at {
                    self.due.remove(&(due_at, seq));
                }
                self.due.extend(status.due_at.map(|due_at| (due_at, seq)));
                (entry.status, entry.revision) = (status, revision);
            }
            Some(_) => {}
            None => self.early.entry(seq).or_default().status = Some((status, revision)),
        }
    }

    pub(super) fn redeliveries(&mut self, seq: i64, count: u64) {
        match self.entries.get_mut(&seq) {
            Some(entry) => entry.redeliveries = entry.redeliveries.max(count),
            None => self.early.entry(seq).or_default().redeliveries = count,
        }
    }

    pub(super) fn forget(&mut self, seq: i64) {
        if let Some(due_at) = self.entries.remove(&seq).and_then(|entry| entry.status.due_at) {
            self.due.remove(&(due_at, seq));
        }
        self.keys.remove(&seq);
        self.early.remove(&seq);
    }

    /// What others have deleted stands before the first message that there is.
    pub(super) fn forget_before(&mut self, first: i64) {
        let gone: Vec<i64> = self.entries.range(..first).map(|(seq, _)| *seq).collect();
        for seq in gone {
            self.forget(seq);
        }
        self.keys = self.keys.split_off(&first);
        self.early = self.early.split_off(&first);
    }

    /// What may be taken now, the longest due first. In order, of each subject the oldest that is not done alone.
    pub(super) fn due(&self, now: i64, in_order: bool) -> Vec<i64> {
        let due = self.due.range(..=(now, i64::MAX)).map(|(_, seq)| *seq);
        if !in_order {
            return due.collect();
        }
        let mut unfinished: Vec<i64> = self.due.iter().map(|(_, seq)| *seq).collect();
        unfinished.sort_unstable();
        let mut subjects = HashSet::new();
        let is_first = |seq: &i64| {
            let Some(Meta { vendor, subject, .. }) = self.entries.get(seq).map(|entry| &entry.meta) else {
                return false;
            };
            subject.is_none() || subjects.insert((vendor, subject))
        };
        let first: HashSet<i64> = unfinished.into_iter().filter(is_first).collect();
        due.filter(|seq| first.contains(seq)).collect()
    }

    pub(super) fn stats(&self, now: i64) -> Stats {
        Stats::of(self.entries.values().map(|entry| (entry.status.state, entry.status.due_at)), now)
    }
}
