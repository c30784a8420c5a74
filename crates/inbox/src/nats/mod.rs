//! A store in NATS JetStream, for many machines.
//!
//! Two streams. One has the deliveries, each under a subject of its key, so that the server itself refuses the second one. The other has
//! the last state of each delivery, written only where nobody has written it since. Every process reads both, without the bodies, and so
//! knows what is due.

mod view;

use std::fmt;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, LastRawMessageErrorKind, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{ConnectOptions, HeaderMap, ServerAddr};
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::StreamExt as _;
use hookvet_receiver::event_digest;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use crate::clock::Clock;
use crate::record::{Delivery, Note, Record, State};
use crate::store::{
    Appended, Arrival, Change, Horizon, Lease, Leased, Outcome, Page, Pending, Query, Selection, Settled, Store,
    StoreError, Swept, Terms, Wanted, millis,
};
use view::{Entry, Meta, Status, View, digits};

/// The header with what is known of a delivery without its body.
const META: &str = "Hookvet-Meta";

/// How long the server, or its messages, are waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a message is waited for that should be there, before it is taken for deleted.
const MARK_AFTER: Duration = Duration::from_secs(2);

/// The subject of what shows that a stream is read to its end.
const MARK: &str = "mark";

/// Deliveries in two streams of NATS JetStream. Clones share one connection.
///
/// # What an acknowledgement means
/// By default a JetStream server answers before it syncs to the disk, and syncs every two minutes. So the streams have three replicas, or
/// the address says that the server syncs always (`sync_interval: always` in its configuration).
///
/// # What it costs
/// Every process that opens it reads the headers of all deliveries that are kept, and holds some 300 bytes for each.
#[derive(Clone)]
pub struct NatsStore {
    inner: Arc<Inner>,
}

struct Inner {
    context: Context,
    prefix: String,
    deliveries: Stream,
    states: Stream,
    view: Arc<Mutex<View>>,
    read_on: Arc<Notify>,
    clock: Clock,
    /// Counting one redelivery after the other.
    counting: tokio::sync::Mutex<()>,
    marks: AtomicU64,
    readers: Vec<AbortHandle>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        for reader in &self.readers {
            reader.abort();
        }
    }
}

impl fmt::Debug for NatsStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsStore").finish_non_exhaustive()
    }
}

/// What an address says behind its question mark.
struct Options {
    name: String,
    replicas: usize,
    syncs_always: bool,
}

impl Options {
    fn parse(query: &str) -> Result<Self, StoreError> {
        let mut options = Self { name: "HOOKVET".into(), replicas: 3, syncs_always: false };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("stream", name)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                    name.clone_into(&mut options.name);
                }
                Some(("replicas", "1")) => options.replicas = 1,
                Some(("replicas", "3")) => options.replicas = 3,
                Some(("replicas", "5")) => options.replicas = 5,
                Some(("sync", "always")) => options.syncs_always = true,
                _ => {
                    let why = "expected stream=NAME, replicas=1, 3 or 5, or sync=always behind the ?, but found something else";
                    return Err(StoreError::failed(why));
                }
            }
        }
        if options.replicas < 3 && !options.syncs_always {
            return Err(StoreError::failed(
                "expected three replicas, or a server that syncs each message: set sync_interval: always in its configuration and say \
                 sync=always in the address; without either an acknowledged delivery may be lost",
            ));
        }
        Ok(options)
    }
}

impl NatsStore {
    /// Connects, and makes the streams where there are none: `nats://HOST?stream=NAME&replicas=1&sync=always`.
    ///
    /// # Errors
    /// The address says something else, or neither three replicas nor a server that syncs always; the server cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let (server, query) = url.split_once('?').unwrap_or((url, ""));
        let options = Options::parse(query)?;
        let address = ServerAddr::from_str(server)
            .map_err(|_| StoreError::failed("expected nats://HOST, but found another address"))?;
        let connect = ConnectOptions::new().request_timeout(Some(PATIENCE)).connect(address);
        let client = timeout(PATIENCE, connect).await.map_err(StoreError::failed)?.map_err(failed)?;
        let context = jetstream::new(client);
        let prefix = format!("hookvet.{}", options.name);
        // What is written says which message of its subject must be the last so far, so the server refuses whoever comes second; and a
        // delivery that is erased gives way to its key in one step.
        let stream = |what: &str, letter: &str| Config {
            name: format!("{}_{what}", options.name),
            subjects: vec![format!("{prefix}.{letter}.>")],
            max_messages_per_subject: 1,
            num_replicas: options.replicas,
            ..Config::default()
        };
        let deliveries = context.get_or_create_stream(stream("DELIVERIES", "d")).await.map_err(failed)?;
        let states = context.get_or_create_stream(stream("STATES", "s")).await.map_err(failed)?;
        let view = Arc::new(Mutex::new(View::default()));
        let read_on = Arc::new(Notify::new());
        let readers = [(0, deliveries.clone()), (1, states.clone())]
            .map(|(which, stream)| tokio::spawn(read(which, stream, view.clone(), read_on.clone())).abort_handle())
            .into();
        let inner = Inner {
            context,
            prefix,
            deliveries,
            states,
            view,
            read_on,
            clock: Clock::starting_at(0),
            counting: tokio::sync::Mutex::default(),
            marks: AtomicU64::new(0),
            readers,
        };
        let store = Self { inner: Arc::new(inner) };
        store.catch_up().await?;
        Ok(store)
    }
}

fn failed(error: impl fmt::Display) -> StoreError {
    StoreError::failed(error)
}

/// Reads a stream from its start and goes on until it is aborted.
async fn read(which: usize, stream: Stream, view: Arc<Mutex<View>>, read_on: Arc<Notify>) {
    let lock = || view.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let start_sequence = lock().read[which] + 1;
        let config = pull::OrderedConfig {
            headers_only: which == 0,
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
            ..pull::OrderedConfig::default()
        };
        if let Ok(consumer) = stream.create_consumer(config).await
            && let Ok(mut messages) = consumer.messages().await
        {
            while let Some(Ok(message)) = messages.next().await {
                let Ok(info) = message.info() else { continue };
                let mut view = lock();
                if which == 0 {
                    let meta = message.headers.as_ref().and_then(|headers| Meta::of_json(headers.get(META)?.as_str()));
                    if let (Some(meta), Ok(seq)) = (meta, i64::try_from(info.stream_sequence)) {
                        view.delivery(seq, meta);
                    }
                } else {
                    let mut words = message.subject.as_str().rsplit('.');
                    let (word, seq) = (words.next(), words.next().and_then(|seq| seq.parse::<i64>().ok()));
                    match (word, seq) {
                        (Some("state"), Some(seq)) => match Status::of_json(&message.payload) {
                            Some(status) => view.status(seq, status, info.stream_sequence),
                            // Erased.
                            None => view.forget(seq),
                        },
                        (Some("again"), Some(seq)) => {
                            view.redeliveries(seq, number(&message.payload));
                        }
                        _ => {}
                    }
                }
                view.read[which] = info.stream_sequence;
                drop(view);
                read_on.notify_waiters();
            }
        }
        // The connection was cut; it comes again.
        sleep(Duration::from_millis(200)).await;
    }
}

/// What came of a message that must be the next of its subject.
enum Published {
    At(u64),
    /// Another one is there.
    Other,
}

impl Inner {
    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Publishes where the last message of the subject has the sequence `last`; 0 where there is none.
    async fn publish(
        &self,
        subject: String,
        last: u64,
        meta: Option<String>,
        payload: Bytes,
    ) -> Result<Published, StoreError> {
        let mut message = PublishMessage::build();
        if let Some(meta) = meta {
            let mut headers = HeaderMap::new();
            headers.insert(META, meta);
            message = message.headers(headers);
        }
        let message = message.payload(payload).expected_last_subject_sequence(last);
        let sent = self.context.send_publish(subject, message).await.map_err(|error| failed(error.kind()))?;
        match timeout(PATIENCE, sent.into_future()).await {
            Ok(Ok(ack)) => Ok(Published::At(ack.sequence)),
            Ok(Err(error)) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(Published::Other),
            Ok(Err(error)) => Err(failed(error.kind())),
            Err(_) => Err(StoreError::failed("NATS does not answer")),
        }
    }

    fn state_subject(&self, seq: i64) -> String {
        format!("{}.s.{seq}.state", self.prefix)
    }

    /// Writes a state unless another has written one since `entry` was read; says whether it did.
    async fn set(&self, seq: i64, entry: &Entry, status: Status) -> Result<bool, StoreError> {
        let payload = status.to_json().into();
        match self.publish(self.state_subject(seq), entry.revision, None, payload).await? {
            Published::At(revision) => {
                self.view().status(seq, status, revision);
                Ok(true)
            }
            Published::Other => Ok(false),
        }
    }

    fn entry(&self, seq: i64) -> Option<Entry> {
        self.view().entries.get(&seq).cloned()
    }

    async fn last_of(&self, stream: &Stream, subject: &str) -> Result<Option<(u64, HeaderMap, Bytes)>, StoreError> {
        match stream.get_last_raw_message_by_subject(subject).await {
            Ok(message) => Ok(Some((message.sequence, message.headers, message.payload))),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed(error.kind())),
        }
    }

    /// What a delivery holds; `None` where it is gone.
    async fn record(&self, seq: i64, entry: &Entry) -> Result<Option<Record>, StoreError> {
        let Ok(sequence) = u64::try_from(seq) else { return Ok(None) };
        match self.deliveries.get_raw_message(sequence).await {
            Ok(message) => Ok(decode(&entry.meta, &message.payload, entry.status.state == State::Quarantined)),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(failed(error.kind())),
        }
    }

    /// Ends a stream with a message, since whoever reads it waits for its last one, which may have been deleted.
    async fn mark(&self, stream: &Stream, letter: &str) -> Result<(), StoreError> {
        let info = stream.get_info().await.map_err(failed)?;
        let number = self.marks.fetch_add(1, Ordering::Relaxed);
        let subject = format!("{}.{letter}.{MARK}.{}.{number}", self.prefix, info.state.last_sequence);
        let _ = self.publish(subject, 0, None, Bytes::new()).await?;
        // Those before it are no longer needed.
        let keep = stream.get_info().await.map_err(failed)?.state.last_sequence;
        let old = format!("{}.{letter}.{MARK}.>", self.prefix);
        stream.purge().filter(old).sequence(keep).await.map_err(failed)?;
        Ok(())
    }
}

/// The length of a JSON text, the text, and the body as it is.
fn encode(record: &Record) -> Bytes {
    let text = json!({ "id": record.id, "headers": record.headers_json(), "verdict": record.verdict }).to_string();
    let mut bytes = BytesMut::with_capacity(4 + text.len() + record.body.len());
    bytes.put_u32(u32::try_from(text.len()).unwrap_or(u32::MAX));
    bytes.put_slice(text.as_bytes());
    bytes.put_slice(&record.body);
    bytes.freeze()
}

fn decode(meta: &Meta, payload: &Bytes, is_quarantined: bool) -> Option<Record> {
    let (length, rest) = payload.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let value: Value = serde_json::from_slice(rest.get(..length)?).ok()?;
    let mut digest = [0; 32];
    for (index, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(meta.digest.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(Record {
        vendor: meta.vendor.clone(),
        key: meta.key.clone(),
        digest,
        id: value["id"].as_str().map(str::to_owned),
        event_type: meta.event_type.clone(),
        subject: meta.subject.clone(),
        headers: Record::headers_of_json(value["headers"].as_str()?),
        body: payload.slice(4 + length..),
        verdict: value["verdict"].as_str()?.to_owned(),
        is_quarantined,
    })
}

impl NatsStore {
    /// Waits until everything is read that is in the streams by now.
    async fn catch_up(&self) -> Result<(), StoreError> {
        let inner = &self.inner;
        let (deliveries, states) = futures_util::join!(inner.deliveries.get_info(), inner.states.get_info());
        let (deliveries, states) = (deliveries.map_err(failed)?, states.map_err(failed)?);
        let last = [deliveries.state.last_sequence, states.state.last_sequence];
        let started = std::time::Instant::now();
        let mut is_marked = false;
        loop {
            let notified = inner.read_on.notified();
            {
                let mut view = inner.view();
                if view.read[0] >= last[0] && view.read[1] >= last[1] {
                    view.forget_before(i64::try_from(deliveries.state.first_sequence).unwrap_or(0));
                    return Ok(());
                }
            }
            if started.elapsed() > PATIENCE {
                return Err(StoreError::failed("NATS does not say what is in its streams"));
            }
            if timeout(MARK_AFTER, notified).await.is_err() && !is_marked {
                // The last message of a stream may have been deleted by a process that has ended before it wrote another.
                is_marked = true;
                inner.mark(&inner.deliveries, "d").await?;
                inner.mark(&inner.states, "s").await?;
            }
        }
    }

    async fn append_one(&self, record: Record, terms: Option<Terms>) -> Result<Appended, StoreError> {
        let inner = &self.inner;
        let mut meta = Meta::of(&record, inner.clock.now(), false);
        let payload = encode(&record);
        if record.key.is_none() {
            let unique = inner.context.client().new_inbox().replace('.', "");
            let subject = format!("{}.d.none.{unique}", inner.prefix);
            let published = inner.publish(subject, 0, Some(meta.to_json()), payload).await?;
            let Published::At(sequence) = published else { return Err(StoreError::failed("a name was taken twice")) };
            return self.fresh(sequence, meta, terms, Arrival::New).await;
        }
        loop {
            meta.is_conflict = false;
            let first = inner.key_subject(&meta);
            if let Published::At(sequence) =
                inner.publish(first.clone(), 0, Some(meta.to_json()), payload.clone()).await?
            {
                return self.fresh(sequence, meta, terms, Arrival::New).await;
            }
            // Another may delete it in between.
            let Some((seq, known)) = inner.known(&first).await? else { continue };
            if known.digest == meta.digest {
                return self.duplicate(known.stands_for.unwrap_or(seq), terms).await;
            }
            meta.is_conflict = true;
            let variant = inner.key_subject(&meta);
            if let Published::At(sequence) =
                inner.publish(variant.clone(), 0, Some(meta.to_json()), payload.clone()).await?
            {
                return self.fresh(sequence, meta, terms, Arrival::Conflict).await;
            }
            let Some((seq, known)) = inner.known(&variant).await? else { continue };
            return self.duplicate(known.stands_for.unwrap_or(seq), terms).await;
        }
    }

    async fn fresh(
        &self,
        sequence: u64,
        meta: Meta,
        terms: Option<Terms>,
        arrival: Arrival,
    ) -> Result<Appended, StoreError> {
        let seq = i64::try_from(sequence).map_err(failed)?;
        self.inner.view().delivery(seq, meta);
        let lease = match terms {
            Some(terms) => self.take(seq, terms).await?,
            None => None,
        };
        Ok(Appended { seq, arrival, lease })
    }

    async fn duplicate(&self, seq: i64, terms: Option<Terms>) -> Result<Appended, StoreError> {
        let inner = &self.inner;
        {
            let _counting = inner.counting.lock().await;
            let subject = format!("{}.s.{seq}.again", inner.prefix);
            loop {
                let last = inner.last_of(&inner.states, &subject).await?;
                let (at, count) = last.map_or((0, 0), |(at, _, count)| (at, number(&count)));
                let payload = (count + 1).to_string().into();
                if let Published::At(_) = inner.publish(subject.clone(), at, None, payload).await? {
                    inner.view().redeliveries(seq, count + 1);
                    break;
                }
            }
        }
        self.catch_up().await?;
        let state = inner.entry(seq).map_or(State::Done, |entry| entry.status.state);
        let lease = match terms {
            Some(terms) => self.take(seq, terms).await?,
            None => None,
        };
        Ok(Appended { seq, arrival: Arrival::Duplicate(state), lease })
    }

    /// Leases a delivery that nobody holds, or gives it up where it was tried too often.
    async fn take(&self, seq: i64, terms: Terms) -> Result<Option<Lease>, StoreError> {
        loop {
            let Some(entry) = self.inner.entry(seq) else { return Ok(None) };
            let now = self.inner.clock.now();
            let is_free = match entry.status.state {
                State::Ready => true,
                State::Leased => entry.is_due(now),
                _ => false,
            };
            if !is_free {
                return Ok(None);
            }
            let mut status = Status { token: entry.status.token + 1, ..entry.status.clone() };
            if status.attempts < terms.max_attempts {
                status.attempts += 1;
                (status.state, status.due_at) = (State::Leased, Some(now.saturating_add(millis(terms.duration))));
            } else {
                (status.state, status.due_at) = (State::Dead, None);
            }
            let (token, is_leased) = (status.token, status.state == State::Leased);
            if self.inner.set(seq, &entry, status).await? {
                return Ok(is_leased.then(|| Lease::new(seq, token)));
            }
            self.catch_up().await?;
        }
    }

    async fn lease_some(&self, wanted: Wanted) -> Result<Vec<Leased>, StoreError> {
        self.catch_up().await?;
        let due = self.inner.view().due(self.inner.clock.now(), wanted.in_order);
        let count = usize::try_from(wanted.count).unwrap_or(usize::MAX);
        let mut leased = Vec::new();
        let mut due = due.into_iter();
        while leased.len() < count {
            let some: Vec<i64> = due.by_ref().take((count - leased.len()).min(64)).collect();
            if some.is_empty() {
                break;
            }
            let taken = futures_util::future::join_all(some.into_iter().map(|seq| async move {
                let Some(lease) = self.take(seq, wanted.terms).await? else { return Ok(None) };
                let delivery = self.delivery(seq).await?;
                Ok::<_, StoreError>(delivery.map(|delivery| Leased { lease, delivery }))
            }));
            for one in taken.await {
                leased.extend(one?);
            }
        }
        leased.sort_unstable_by_key(|leased| leased.lease.seq);
        Ok(leased)
    }

    async fn delivery(&self, seq: i64) -> Result<Option<Delivery>, StoreError> {
        let Some(entry) = self.inner.entry(seq) else { return Ok(None) };
        let record = self.inner.record(seq, &entry).await?;
        Ok(record.map(|record| entry.delivery(seq, record)))
    }

    async fn settle_one(&self, lease: Lease, outcome: Outcome) -> Result<Settled, StoreError> {
        let mut is_read = false;
        loop {
            let entry = self.inner.entry(lease.seq);
            let held =
                entry.as_ref().filter(|entry| entry.status.token == lease.token && entry.status.state == State::Leased);
            let Some(entry) = held else {
                if is_read {
                    return Ok(Settled::Lost);
                }
                // It may be another process that has leased it.
                self.catch_up().await?;
                is_read = true;
                continue;
            };
            let now = self.inner.clock.now();
            let mut status = entry.status.clone();
            let mut set = |state, due_at, note: Option<Note>| {
                (status.state, status.due_at) = (state, due_at);
                status.token += i64::from(state != State::Leased);
                status.note = note.or(status.note.take());
            };
            match &outcome {
                Outcome::Done => set(State::Done, None, None),
                Outcome::Retry { after, note } => {
                    set(State::Ready, Some(now.saturating_add(millis(*after))), note.clone());
                }
                Outcome::Dead { note } => set(State::Dead, None, note.clone()),
                Outcome::Extend(time) => set(State::Leased, Some(now.saturating_add(millis(*time))), None),
            }
            if self.inner.set(lease.seq, entry, status).await? {
                return Ok(Settled::Settled);
            }
            self.catch_up().await?;
            is_read = true;
        }
    }

    async fn find_page(&self, query: Query) -> Result<Page, StoreError> {
        self.catch_up().await?;
        let more = usize::try_from(query.limit).unwrap_or(usize::MAX).saturating_add(1);
        let (seqs, stats) = {
            let view = self.inner.view();
            let seqs: Vec<i64> = view
                .entries
                .range(query.after.saturating_add(1)..)
                .filter(|(seq, entry)| query.filter.matches(&entry.delivery(**seq, entry.known())))
                .map(|(seq, _)| *seq)
                .take(more)
                .collect();
            (seqs, query.with_stats.then(|| view.stats(self.inner.clock.now())))
        };
        let mut deliveries = Vec::with_capacity(seqs.len());
        let mut found = futures_util::stream::iter(seqs.into_iter().map(|seq| self.delivery(seq))).buffered(16);
        while let Some(delivery) = found.next().await {
            deliveries.extend(delivery?);
        }
        Ok(Page::of(deliveries, query.limit, stats))
    }

    async fn amend_all(&self, selection: Selection, change: Change) -> Result<u64, StoreError> {
        self.catch_up().await?;
        let limit = selection.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let seqs: Vec<i64> = {
            let view = self.inner.view();
            let fits = |(seq, entry): &(&i64, &Entry)| {
                change.fits(entry.status.state) && selection.filter.matches(&entry.delivery(**seq, entry.known()))
            };
            view.entries.iter().filter(fits).map(|(seq, _)| *seq).take(limit).collect()
        };
        let mut changed = 0;
        for seq in seqs {
            changed += u64::from(self.amend_one(seq, change).await?);
        }
        Ok(changed)
    }

    async fn amend_one(&self, seq: i64, change: Change) -> Result<bool, StoreError> {
        loop {
            let Some(entry) = self.inner.entry(seq).filter(|entry| change.fits(entry.status.state)) else {
                return Ok(false);
            };
            let now = self.inner.clock.now();
            let mut status = Status { token: entry.status.token + 1, ..entry.status.clone() };
            match change {
                Change::Retry => (status.state, status.due_at, status.attempts) = (State::Ready, Some(now), 0),
                Change::Kill => (status.state, status.due_at) = (State::Dead, None),
                Change::Release if self.is_accepted_already(seq, &entry).await? => {
                    (status.state, status.due_at) = (State::Done, None);
                }
                Change::Release => (status.state, status.due_at) = (State::Ready, Some(now)),
                Change::Erase => {
                    self.reduce_to_key(seq, &entry).await?;
                    return Ok(true);
                }
            }
            if self.inner.set(seq, &entry, status).await? {
                return Ok(true);
            }
            self.catch_up().await?;
        }
    }

    /// Gives a delivery that was set aside the key of an accepted one, unless there is one.
    async fn is_accepted_already(&self, seq: i64, entry: &Entry) -> Result<bool, StoreError> {
        let mut meta = Meta { is_quarantined: false, stands_for: Some(seq), ..entry.meta.clone() };
        if meta.key.is_none() {
            return Ok(false);
        }
        for is_conflict in [false, true] {
            meta.is_conflict = is_conflict;
            let subject = self.inner.key_subject(&meta);
            if let Published::At(_) = self.inner.publish(subject.clone(), 0, Some(meta.to_json()), Bytes::new()).await?
            {
                return Ok(false);
            }
            let known = self.inner.known(&subject).await?;
            if let Some((at, known)) = known.filter(|(_, known)| known.digest == meta.digest) {
                // Tried before, and cut off.
                return Ok(known.stands_for.unwrap_or(at) != seq);
            }
        }
        Ok(true)
    }

    /// Takes away all that a delivery holds but its key, in one step.
    async fn reduce_to_key(&self, seq: i64, entry: &Entry) -> Result<(), StoreError> {
        let inner = &self.inner;
        let sequence = u64::try_from(seq).map_err(failed)?;
        if entry.meta.key.is_some() {
            let meta = Meta { stands_for: Some(seq), event_type: None, subject: None, ..entry.meta.clone() };
            // Where another was faster it is done.
            let _ = inner.publish(inner.key_subject(&meta), sequence, Some(meta.to_json()), Bytes::new()).await?;
        } else {
            // It may be gone.
            let _ = inner.deliveries.delete_message(sequence).await;
            inner.mark(&inner.deliveries, "d").await?;
        }
        // What is no state tells the others.
        let sent = inner.context.publish(inner.state_subject(seq), Bytes::new()).await;
        sent.map_err(|error| failed(error.kind()))?.await.map_err(|error| failed(error.kind()))?;
        inner.view().forget(seq);
        Ok(())
    }

    async fn sweep_some(&self, horizon: Horizon, limit: u32) -> Result<Swept, StoreError> {
        self.catch_up().await?;
        let inner = &self.inner;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let (deliveries_before, keys_before) = horizon.cutoffs(inner.clock.now());
        let (done, keys) = {
            let view = inner.view();
            let is_old =
                |entry: &Entry| entry.status.state == State::Done && entry.meta.received_at < deliveries_before;
            let done: Vec<_> = view
                .entries
                .iter()
                .filter(|(_, entry)| is_old(entry))
                .take(limit)
                .map(|(seq, entry)| (*seq, entry.clone()))
                .collect();
            let keys: Vec<_> = view
                .keys
                .iter()
                .filter(|(_, (of, at))| *at < keys_before && !view.entries.contains_key(of))
                .take(limit)
                .map(|(seq, (of, _))| (*seq, *of))
                .collect();
            (done, keys)
        };
        let mut swept = Swept { deliveries: done.len() as u64, keys: 0 };
        for (seq, of) in &keys {
            self.delete(*seq, *of).await?;
            swept.keys += 1;
        }
        for (seq, entry) in &done {
            let is_known = entry.meta.key.is_some();
            if is_known && (entry.meta.received_at >= keys_before || swept.keys >= limit as u64) {
                self.reduce_to_key(*seq, entry).await?;
            } else {
                self.delete(*seq, *seq).await?;
                swept.keys += u64::from(is_known);
            }
        }
        if !done.is_empty() || !keys.is_empty() {
            inner.mark(&inner.deliveries, "d").await?;
        }
        // Also shows that the store writes.
        inner.mark(&inner.states, "s").await?;
        Ok(swept)
    }

    /// Deletes a message, and the states of the delivery that it is or stands for.
    async fn delete(&self, seq: i64, of: i64) -> Result<(), StoreError> {
        let inner = &self.inner;
        // It may be gone.
        let _ = inner.deliveries.delete_message(u64::try_from(seq).map_err(failed)?).await;
        let states = format!("{}.s.{of}.>", inner.prefix);
        inner.states.purge().filter(states).await.map_err(failed)?;
        let mut view = inner.view();
        view.forget(seq);
        view.forget(of);
        Ok(())
    }
}

fn number(text: &[u8]) -> u64 {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl Inner {
    /// Under which a key stands: as it came first, or with another digest.
    fn key_subject(&self, meta: &Meta) -> String {
        let key = meta.key.as_deref().unwrap_or_default();
        let aside = if meta.is_quarantined { "1" } else { "0" };
        let hash = event_digest([("vendor", meta.vendor.as_str()), ("key", key), ("aside", aside)], b"");
        let variant = if meta.is_conflict { meta.digest.as_str() } else { "first" };
        format!("{}.d.key.{}.{variant}", self.prefix, digits(&hash))
    }

    /// The message that stands under a key.
    async fn known(&self, subject: &str) -> Result<Option<(i64, Meta)>, StoreError> {
        let last = self.last_of(&self.deliveries, subject).await?;
        Ok(last.and_then(|(sequence, headers, _)| {
            Some((i64::try_from(sequence).ok()?, Meta::of_json(headers.get(META)?.as_str())?))
        }))
    }
}

impl Store for NatsStore {
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended> {
        Box::pin(self.append_one(record, terms))
    }

    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>> {
        Box::pin(self.lease_some(wanted))
    }

    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled> {
        Box::pin(self.settle_one(lease, outcome))
    }

    fn find(&self, query: Query) -> Pending<'_, Page> {
        Box::pin(self.find_page(query))
    }

    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64> {
        Box::pin(self.amend_all(selection, change))
    }

    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept> {
        Box::pin(self.sweep_some(horizon, limit))
    }
}
