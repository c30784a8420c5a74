//! The suite that every store passes: [`run`] it against a store of your own.
//!
//! ```
//! use hookvet_inbox::{MemoryStore, conformance};
//!
//! struct Memory;
//!
//! impl conformance::Subject for Memory {
//!     type Store = MemoryStore;
//!
//!     async fn fresh(&mut self) -> MemoryStore {
//!         MemoryStore::new()
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() {
//! conformance::run(&mut Memory).await;
//! # }
//! ```

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::record::{Note, Record, State};
use crate::store::{
    Arrival, Change, Filter, Horizon, Lease, Leased, Outcome, Query, Selection, Settled, Store, StoreError, Terms,
    Wanted,
};

/// A kind of store.
pub trait Subject {
    /// What is tested.
    type Store: Store;

    /// An empty store, of which nobody else knows.
    fn fresh(&mut self) -> impl Future<Output = Self::Store>;

    /// The store that `fresh` gave last, opened once more beside that handle as another process would; `None` where there is no
    /// such thing.
    fn another(&mut self) -> impl Future<Output = Option<Self::Store>> {
        async { None }
    }

    /// Stops the engine under the store that `fresh` gave last, starts it again and opens the store; `None` where what is stored
    /// does not outlive the engine.
    fn restarted(&mut self) -> impl Future<Output = Option<Self::Store>> {
        async { None }
    }
}

/// Short enough to be waited for.
const LEASE: Duration = Duration::from_millis(400);

/// Long enough for everything that a case does.
const LONG: Duration = Duration::from_secs(60);

/// How long anything is waited for before a case fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs every case against a fresh store and returns how many there were; panics in the first that fails.
///
/// # Panics
/// Where the store does not do what [`Store`] says.
pub async fn run<S: Subject>(subject: &mut S) -> usize {
    let mut cases = 0;
    macro_rules! run {
        ($($case:ident),* $(,)?) => {$(
            println!("conformance: {}", stringify!($case));
            $case(subject).await;
            cases += 1;
        )*};
    }
    run!(
        a_delivery_is_new_once_and_then_a_duplicate_and_another_content_is_a_conflict,
        without_a_key_it_is_nobodys_duplicate,
        vendors_do_not_share_keys,
        what_is_set_aside_is_no_duplicate_of_what_is_accepted,
        everything_comes_back_as_it_was,
        unusual_texts_are_kept_or_fail_alone,
        a_lease_is_had_by_one_and_counts_as_an_attempt,
        a_lease_that_ends_is_had_by_the_next_and_the_first_has_lost_it,
        a_lease_can_be_extended,
        a_new_delivery_can_be_leased_in_the_same_step,
        a_repeat_is_leased_once_nobody_holds_it,
        a_retry_waits_and_keeps_its_note,
        what_is_dead_is_not_leased,
        a_delivery_that_is_tried_too_often_dies,
        the_same_delivery_at_the_same_instant_is_new_once,
        other_contents_at_the_same_instant_are_conflicts_but_one,
        many_workers_get_each_delivery_once,
        one_of_two_who_settle_at_the_same_instant_has_lost,
        in_order_one_of_a_subject_is_held_at_a_time,
        pages_show_everything_once,
        filters_find_what_they_say,
        retry_starts_anew,
        kill_ends_and_takes_the_lease,
        release_hands_on_what_was_set_aside,
        erase_leaves_the_key,
        a_limit_bounds_a_change,
        sweep_takes_what_is_done_and_old,
        sweep_is_bounded_and_probes_with_zero,
        stats_count_what_is_there,
        two_handles_see_one_store,
        a_restart_loses_nothing,
    );
    cases
}

fn record(key: &str) -> Record {
    Record {
        vendor: "amlyze".into(),
        key: Some(key.into()),
        digest: [1; 32],
        body: b"{}".as_slice().into(),
        ..Record::default()
    }
}

fn other(key: &str, digest: u8) -> Record {
    Record { digest: [digest; 32], ..record(key) }
}

fn terms(duration: Duration) -> Terms {
    Terms { duration, ..Terms::default() }
}

fn wanted(count: u32, duration: Duration) -> Wanted {
    Wanted { count, terms: terms(duration), in_order: false }
}

fn all() -> Query {
    Query { limit: 1000, ..Query::default() }
}

async fn new(store: &impl Store, record: Record) -> i64 {
    let appended = store.append(record, None).await.expect("appended");
    assert_eq!((appended.arrival, appended.lease), (Arrival::New, None));
    appended.seq
}

async fn arrival(store: &impl Store, record: Record) -> Arrival {
    store.append(record, None).await.expect("appended").arrival
}

async fn lease_one(store: &impl Store, duration: Duration) -> Leased {
    let leased = store.lease(wanted(10, duration)).await.expect("leased");
    let [one] = <[Leased; 1]>::try_from(leased).expect("exactly one is due");
    one
}

async fn due(store: &impl Store) -> usize {
    store.lease(wanted(1000, LONG)).await.expect("leased").len()
}

async fn settle(store: &impl Store, lease: Lease, outcome: Outcome) -> Settled {
    store.settle(lease, outcome).await.expect("settled")
}

async fn state(store: &impl Store, seq: i64) -> Option<State> {
    let filter = Filter { seqs: Some(vec![seq]), ..Filter::default() };
    let page = store.find(Query { filter, ..all() }).await.expect("found");
    page.deliveries.first().map(|delivery| delivery.state)
}

async fn amend(store: &impl Store, filter: Filter, change: Change) -> u64 {
    store.amend(Selection { filter, limit: None }, change).await.expect("amended")
}

/// Asks again until something is due.
async fn next_due(store: &impl Store, duration: Duration) -> Leased {
    let started = Instant::now();
    loop {
        if let Some(leased) = store.lease(wanted(1, duration)).await.expect("leased").pop() {
            return leased;
        }
        assert!(started.elapsed() < PATIENCE, "nothing becomes due");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_delivery_is_new_once_and_then_a_duplicate_and_another_content_is_a_conflict(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let first = new(store, record("a 1")).await;
    for _ in 0..2 {
        let again = store.append(record("a 1"), None).await.expect("appended");
        assert_eq!((again.seq, again.arrival), (first, Arrival::Duplicate(State::Ready)));
    }
    let conflict = store.append(other("a 1", 2), None).await.expect("appended");
    assert_eq!(conflict.arrival, Arrival::Conflict);
    assert_ne!(conflict.seq, first);
    let again = store.append(other("a 1", 2), None).await.expect("appended");
    assert_eq!((again.seq, again.arrival), (conflict.seq, Arrival::Duplicate(State::Ready)));
    assert_eq!(arrival(store, other("a 1", 3)).await, Arrival::Conflict);
    assert_eq!(arrival(store, record("a 1")).await, Arrival::Duplicate(State::Ready));
    let page = store.find(all()).await.expect("found");
    let counts: Vec<_> = page.deliveries.iter().map(|found| (found.is_conflict, found.redeliveries)).collect();
    assert_eq!(counts, [(false, 3), (true, 1), (true, 0)]);
}

async fn without_a_key_it_is_nobodys_duplicate(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    for _ in 0..3 {
        new(store, Record { key: None, ..record("") }).await;
    }
    // An empty key is one.
    new(store, record("")).await;
    assert_eq!(arrival(store, record("")).await, Arrival::Duplicate(State::Ready));
    assert_eq!(store.find(all()).await.expect("found").deliveries.len(), 4);
}

async fn vendors_do_not_share_keys(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    new(store, record("a 1")).await;
    new(store, Record { vendor: "dataspike".into(), ..record("a 1") }).await;
    new(store, record("a 1 ")).await;
    new(store, record("A 1")).await;
}

async fn what_is_set_aside_is_no_duplicate_of_what_is_accepted(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let aside = Record { is_quarantined: true, ..record("a 1") };
    let seq = store.append(aside.clone(), Some(terms(LONG))).await.expect("appended");
    assert_eq!((seq.arrival, seq.lease), (Arrival::New, None));
    assert_eq!(arrival(store, aside).await, Arrival::Duplicate(State::Quarantined));
    assert_eq!(due(store).await, 0);
    new(store, record("a 1")).await;
    assert_eq!(due(store).await, 1);
}

async fn everything_comes_back_as_it_was(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let full = Record {
        vendor: "dataspike".into(),
        key: Some("w 1".into()),
        digest: std::array::from_fn(|index| u8::try_from(index * 8).unwrap_or(0)),
        id: Some("1".into()),
        event_type: Some("DOCVER".into()),
        subject: Some("Zażółć 名字 🙂".into()),
        headers: vec![
            ("x-all".into(), (0..=255).collect()),
            ("x-twice".into(), b"a".to_vec()),
            ("x-twice".into(), Vec::new()),
        ],
        body: (0..=255).cycle().take(1024 * 1024).collect::<Vec<u8>>().into(),
        verdict: r#"{"decision":"accept","text":"\u0000"}"#.into(),
        is_quarantined: false,
    };
    new(store, full.clone()).await;
    let bare = Record { vendor: "amlyze".into(), ..Record::default() };
    new(store, bare.clone()).await;
    let page = store.find(all()).await.expect("found");
    assert!(page.deliveries[0].record == full && page.deliveries[1].record == bare, "it is not what was stored");
    assert!(page.deliveries[0].seq < page.deliveries[1].seq);
    let leased = store.lease(wanted(2, LONG)).await.expect("leased");
    assert!(leased.iter().any(|leased| leased.delivery.record == full), "it is not what was stored");
    let shown = format!("{leased:?}");
    assert!(!shown.contains("DOCVER") && !shown.contains("w 1") && !shown.contains("x-all"), "{shown}");
}

async fn unusual_texts_are_kept_or_fail_alone(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let unusual =
        ["\0", "a\0b", "' OR 1 --", "\u{FFFD}", "\\x00", "*.>", "日本", "\u{1F600}", "\r\n"].map(str::to_owned);
    let long = ["k".repeat(100_000)];
    let records: Vec<Record> = unusual
        .iter()
        .chain(&long)
        .map(|text| Record {
            id: Some(text.clone()),
            event_type: Some(text.clone()),
            subject: Some(text.clone()),
            verdict: serde_json::json!({ "text": text }).to_string(),
            ..record(text)
        })
        .collect();
    let plain = (0..20).map(|number| record(&format!("plain {number}")));
    let (unusual, plain) = futures_util::join!(
        join_all(records.into_iter().map(|record| store.append(record, None))),
        join_all(plain.map(|record| store.append(record, None)))
    );
    assert!(plain.iter().all(|appended| matches!(appended, Ok(appended) if appended.arrival == Arrival::New)));
    let kept = unusual.iter().filter(|appended| appended.is_ok()).count();
    assert!(kept >= 9, "{kept} of 10 are kept");
    assert!(unusual.iter().flatten().all(|appended| appended.arrival == Arrival::New), "one was taken for another");
    assert_eq!(store.find(all()).await.expect("found").deliveries.len(), kept + 20);
}

async fn a_lease_is_had_by_one_and_counts_as_an_attempt(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let seq = new(store, record("a 1")).await;
    let leased = lease_one(store, LONG).await;
    let delivery = &leased.delivery;
    assert_eq!((leased.lease.seq, delivery.seq, delivery.state, delivery.attempts), (seq, seq, State::Leased, 1));
    assert_eq!(due(store).await, 0);
    assert_eq!(arrival(store, record("a 1")).await, Arrival::Duplicate(State::Leased));
    assert_eq!(settle(store, leased.lease, Outcome::Done).await, Settled::Settled);
    assert_eq!(settle(store, leased.lease, Outcome::Done).await, Settled::Lost);
    assert_eq!((due(store).await, state(store, seq).await), (0, Some(State::Done)));
    assert_eq!(arrival(store, record("a 1")).await, Arrival::Duplicate(State::Done));
}

async fn a_lease_that_ends_is_had_by_the_next_and_the_first_has_lost_it(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let seq = new(store, record("a 1")).await;
    let first = lease_one(store, LEASE).await;
    let second = next_due(store, LONG).await;
    assert_eq!((second.lease.seq, second.delivery.attempts), (seq, 2));
    for outcome in [Outcome::Done, Outcome::Dead { note: None }, Outcome::Extend(LONG)] {
        assert_eq!(settle(store, first.lease, outcome).await, Settled::Lost);
    }
    assert_eq!(state(store, seq).await, Some(State::Leased));
    assert_eq!(settle(store, second.lease, Outcome::Done).await, Settled::Settled);
    // One that has ended and was taken by nobody else still counts.
    new(store, record("a 2")).await;
    let late = lease_one(store, Duration::from_millis(1)).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(settle(store, late.lease, Outcome::Done).await, Settled::Settled);
    assert_eq!(due(store).await, 0);
}

async fn a_lease_can_be_extended(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    new(store, record("a 1")).await;
    let leased = lease_one(store, LEASE).await;
    for _ in 0..2 {
        assert_eq!(settle(store, leased.lease, Outcome::Extend(LONG)).await, Settled::Settled);
    }
    tokio::time::sleep(LEASE + Duration::from_millis(100)).await;
    assert_eq!(due(store).await, 0);
    assert_eq!(settle(store, leased.lease, Outcome::Done).await, Settled::Settled);
}

async fn a_new_delivery_can_be_leased_in_the_same_step(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let appended = store.append(record("a 1"), Some(terms(LONG))).await.expect("appended");
    let lease = appended.lease.expect("a lease");
    assert_eq!((appended.arrival, lease.seq, due(store).await), (Arrival::New, appended.seq, 0));
    let conflict = store.append(other("a 1", 2), Some(terms(LONG))).await.expect("appended");
    assert!(conflict.arrival == Arrival::Conflict && conflict.lease.is_some());
    let unkeyed = store.append(Record { key: None, ..record("") }, Some(terms(LONG))).await.expect("appended");
    assert!(unkeyed.arrival == Arrival::New && unkeyed.lease.is_some());
    assert_eq!(settle(store, lease, Outcome::Done).await, Settled::Settled);
    let page = store.find(Query { limit: 1, ..all() }).await.expect("found");
    assert_eq!((page.deliveries[0].state, page.deliveries[0].attempts), (State::Done, 1));
}

async fn a_repeat_is_leased_once_nobody_holds_it(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let ask = async || store.append(record("a 1"), Some(terms(LONG))).await.expect("appended");
    let first = ask().await.lease.expect("a lease");
    let second = ask().await;
    assert_eq!((second.arrival, second.lease), (Arrival::Duplicate(State::Leased), None));
    let retry = Outcome::Retry { after: LONG, note: None };
    assert_eq!(settle(store, first, retry).await, Settled::Settled);
    // Whatever it waits for.
    let third = ask().await;
    assert_eq!(third.arrival, Arrival::Duplicate(State::Ready));
    assert_eq!(settle(store, first, Outcome::Done).await, Settled::Lost);
    assert_eq!(settle(store, third.lease.expect("a lease"), Outcome::Done).await, Settled::Settled);
    let fourth = ask().await;
    assert_eq!((fourth.arrival, fourth.lease), (Arrival::Duplicate(State::Done), None));
    // One whose lease has ended.
    let appended = store.append(record("a 2"), Some(terms(Duration::from_millis(1)))).await.expect("appended");
    tokio::time::sleep(Duration::from_millis(20)).await;
    let again = store.append(record("a 2"), Some(terms(LONG))).await.expect("appended");
    assert!(again.lease.is_some() && again.lease != appended.lease);
    // And one that was tried too often.
    let once = Terms { max_attempts: 1, ..terms(Duration::from_millis(1)) };
    assert!(store.append(record("a 3"), Some(once)).await.expect("appended").lease.is_some());
    tokio::time::sleep(Duration::from_millis(20)).await;
    let again = store.append(record("a 3"), Some(once)).await.expect("appended");
    assert_eq!((again.lease, state(store, again.seq).await), (None, Some(State::Dead)));
}

async fn a_retry_waits_and_keeps_its_note(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let seq = new(store, record("a 1")).await;
    let leased = lease_one(store, LONG).await;
    let note = Some(Note::new("the database was down"));
    assert_eq!(
        settle(store, leased.lease, Outcome::Retry { after: LEASE, note: note.clone() }).await,
        Settled::Settled
    );
    assert_eq!((due(store).await, state(store, seq).await), (0, Some(State::Ready)));
    let again = next_due(store, LONG).await;
    assert_eq!((again.delivery.attempts, &again.delivery.note), (2, &note));
    assert_eq!(settle(store, again.lease, Outcome::Done).await, Settled::Settled);
}

async fn what_is_dead_is_not_leased(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let seq = new(store, record("a 1")).await;
    let leased = lease_one(store, LONG).await;
    let note = Some(Note::new("x".repeat(2 * Note::MAX).as_str()));
    assert_eq!(settle(store, leased.lease, Outcome::Dead { note }).await, Settled::Settled);
    assert_eq!((due(store).await, state(store, seq).await), (0, Some(State::Dead)));
    assert_eq!(arrival(store, record("a 1")).await, Arrival::Duplicate(State::Dead));
}

async fn a_delivery_that_is_tried_too_often_dies(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let seq = new(store, record("a 1")).await;
    let short = Terms { duration: Duration::from_millis(1), max_attempts: 3 };
    for attempt in 1..=3 {
        let leased = store.lease(Wanted { count: 1, terms: short, in_order: false }).await.expect("leased");
        assert_eq!(leased.first().map(|leased| leased.delivery.attempts), Some(attempt));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(store.lease(Wanted { count: 1, terms: short, in_order: false }).await, Ok(Vec::new()));
    assert_eq!(state(store, seq).await, Some(State::Dead));
}

async fn the_same_delivery_at_the_same_instant_is_new_once(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    for round in 0..5 {
        let key = format!("a {round}");
        let appended = join_all((0..32).map(|_| store.append(record(&key), Some(terms(LONG))))).await;
        let appended: Vec<_> = appended.into_iter().map(|appended| appended.expect("appended")).collect();
        assert_eq!(appended.iter().filter(|appended| appended.arrival == Arrival::New).count(), 1);
        assert_eq!(appended.iter().filter(|appended| appended.lease.is_some()).count(), 1);
        assert!(appended.iter().all(|other| other.seq == appended[0].seq), "it has several numbers");
    }
    let page = store.find(all()).await.expect("found");
    assert!(page.deliveries.len() == 5 && page.deliveries.iter().all(|delivery| delivery.redeliveries == 31));
}

async fn other_contents_at_the_same_instant_are_conflicts_but_one(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    // Each of eight contents four times.
    let appended = join_all((0..32).map(|index| store.append(other("a 1", index % 8), None))).await;
    let count =
        |wanted: fn(Arrival) -> bool| appended.iter().flatten().filter(|appended| wanted(appended.arrival)).count();
    assert_eq!(count(|arrival| arrival == Arrival::New), 1);
    assert_eq!(count(|arrival| arrival == Arrival::Conflict), 7);
    assert_eq!(count(|arrival| matches!(arrival, Arrival::Duplicate(_))), 24);
}

async fn many_workers_get_each_delivery_once(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let appended = join_all((0..200).map(|number| store.append(record(&format!("a {number}")), None))).await;
    assert!(appended.iter().all(Result::is_ok));
    let worker = async || {
        let mut seqs = Vec::new();
        loop {
            let leased = store.lease(wanted(7, LONG)).await.expect("leased");
            if leased.is_empty() {
                return seqs;
            }
            for leased in leased {
                assert_eq!(settle(store, leased.lease, Outcome::Done).await, Settled::Settled);
                seqs.push(leased.lease.seq);
            }
        }
    };
    let seqs: Vec<i64> = join_all((0..8).map(|_| worker())).await.concat();
    let distinct: HashSet<_> = seqs.iter().collect();
    assert_eq!((seqs.len(), distinct.len()), (200, 200));
}

async fn one_of_two_who_settle_at_the_same_instant_has_lost(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    for number in 0..10 {
        new(store, record(&format!("a {number}"))).await;
        let lease = lease_one(store, LONG).await.lease;
        let both =
            join_all([store.settle(lease, Outcome::Done), store.settle(lease, Outcome::Dead { note: None })]).await;
        assert_eq!(both.iter().filter(|settled| **settled == Ok(Settled::Settled)).count(), 1, "{both:?}");
    }
}

async fn in_order_one_of_a_subject_is_held_at_a_time(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let about = |subject: Option<&str>, key: &str| Record { subject: subject.map(str::to_owned), ..record(key) };
    let first = new(store, about(Some("s"), "1")).await;
    let second = new(store, about(Some("s"), "2")).await;
    let third = new(store, about(Some("s"), "3")).await;
    let other = new(store, about(Some("t"), "4")).await;
    let foreign = new(store, Record { vendor: "dataspike".into(), ..about(Some("s"), "5") }).await;
    let loose = [new(store, about(None, "6")).await, new(store, about(None, "7")).await];
    let ask = async || {
        let wanted = Wanted { in_order: true, ..wanted(10, LONG) };
        let leased = store.lease(wanted).await.expect("leased");
        let mut leases: Vec<_> = leased.into_iter().map(|leased| leased.lease).collect();
        leases.sort_unstable_by_key(|lease| lease.seq);
        leases
    };
    let seqs = |leases: &[Lease]| leases.iter().map(|lease| lease.seq).collect::<Vec<_>>();
    let leases = ask().await;
    assert_eq!(seqs(&leases), [first, other, foreign, loose[0], loose[1]]);
    assert_eq!(seqs(&ask().await), [0; 0]);
    // A retry holds the others up, what is dead does not.
    let retry = Outcome::Retry { after: Duration::from_millis(1), note: None };
    assert_eq!(settle(store, leases[0], retry).await, Settled::Settled);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let leases = ask().await;
    assert_eq!(seqs(&leases), [first]);
    assert_eq!(settle(store, leases[0], Outcome::Dead { note: None }).await, Settled::Settled);
    let leases = ask().await;
    assert_eq!(seqs(&leases), [second]);
    assert_eq!(settle(store, leases[0], Outcome::Done).await, Settled::Settled);
    assert_eq!(seqs(&ask().await), [third]);
}

async fn pages_show_everything_once(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    for number in 0..25 {
        new(store, record(&format!("a {number}"))).await;
    }
    let (mut seqs, mut after) = (Vec::new(), 0);
    for expected in [10, 10, 5] {
        let page = store.find(Query { after, limit: 10, ..Query::default() }).await.expect("found");
        assert_eq!(page.deliveries.len(), expected);
        seqs.extend(page.deliveries.iter().map(|delivery| delivery.seq));
        assert_eq!(page.next.is_some(), expected == 10);
        after = page.next.unwrap_or_default();
    }
    assert!(seqs.len() == 25 && seqs.is_sorted_by(|one, next| one < next), "{seqs:?}");
    let none = store.find(Query { limit: 0, ..Query::default() }).await.expect("found");
    assert!(none.deliveries.is_empty() && none.stats.is_none());
}

async fn filters_find_what_they_say(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let update = Record { event_type: Some("t.update".into()), subject: Some("s".into()), ..record("a 1") };
    let first = new(store, update.clone()).await;
    let second = new(store, Record { vendor: "dataspike".into(), key: Some("a 2".into()), ..update }).await;
    let third = new(store, Record { is_quarantined: true, ..record("a 3") }).await;
    let find = async |filter: Filter| {
        let page = store.find(Query { filter, ..all() }).await.expect("found");
        page.deliveries.iter().map(|delivery| delivery.seq).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(find(Filter::default()).await, [first, second, third]);
    assert_eq!(find(Filter { vendor: text("dataspike"), ..Filter::default() }).await, [second]);
    assert_eq!(find(Filter { subject: text("s"), ..Filter::default() }).await, [first, second]);
    assert_eq!(
        find(Filter { event_type: text("t.update"), vendor: text("amlyze"), ..Filter::default() }).await,
        [first]
    );
    assert_eq!(find(Filter { event_type: text("t"), ..Filter::default() }).await, [0; 0]);
    assert_eq!(find(Filter { key: text("a 2"), ..Filter::default() }).await, [second]);
    assert_eq!(find(Filter::in_state(State::Quarantined)).await, [third]);
    assert_eq!(find(Filter::in_state(State::Ready)).await, [first, second]);
    assert_eq!(find(Filter { seqs: Some(vec![third, first, -1]), ..Filter::default() }).await, [first, third]);
    assert_eq!(find(Filter { seqs: Some(Vec::new()), ..Filter::default() }).await, [0; 0]);
    let page = store.find(all()).await.expect("found");
    let at = page.deliveries[0].received_at;
    assert!(find(Filter { since: Some(at), ..Filter::default() }).await.contains(&first));
    assert!(!find(Filter { until: Some(at), ..Filter::default() }).await.contains(&first));
    assert_eq!(find(Filter { since: Some(at + 1_000_000), ..Filter::default() }).await, [0; 0]);
}

async fn retry_starts_anew(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let seq = new(store, record("a 1")).await;
    let lease = lease_one(store, LONG).await.lease;
    assert_eq!(settle(store, lease, Outcome::Dead { note: None }).await, Settled::Settled);
    assert_eq!(amend(store, Filter::in_state(State::Dead), Change::Retry).await, 1);
    let again = lease_one(store, LONG).await;
    assert_eq!((again.lease.seq, again.delivery.attempts), (seq, 1));
    assert_eq!(settle(store, lease, Outcome::Done).await, Settled::Lost);
    // One that is held is taken away, and one that is done is done once more.
    assert_eq!(amend(store, Filter::default(), Change::Retry).await, 1);
    assert_eq!(settle(store, again.lease, Outcome::Done).await, Settled::Lost);
    let again = lease_one(store, LONG).await;
    assert_eq!(settle(store, again.lease, Outcome::Done).await, Settled::Settled);
    assert_eq!(amend(store, Filter::in_state(State::Done), Change::Retry).await, 1);
    assert_eq!(due(store).await, 1);
}

async fn kill_ends_and_takes_the_lease(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let first = new(store, record("a 1")).await;
    let lease = lease_one(store, LONG).await.lease;
    new(store, record("a 2")).await;
    assert_eq!(amend(store, Filter::default(), Change::Kill).await, 2);
    assert_eq!(settle(store, lease, Outcome::Done).await, Settled::Lost);
    assert_eq!((due(store).await, state(store, first).await), (0, Some(State::Dead)));
    assert_eq!(amend(store, Filter::default(), Change::Kill).await, 0);
}

async fn release_hands_on_what_was_set_aside(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let aside = |key: &str| Record { is_quarantined: true, ..record(key) };
    let first = new(store, aside("a 1")).await;
    let second = new(store, aside("a 2")).await;
    new(store, record("a 2")).await;
    assert_eq!(due(store).await, 1);
    assert_eq!(amend(store, Filter::default(), Change::Retry).await, 1);
    assert_eq!(due(store).await, 1);
    assert_eq!(amend(store, Filter::default(), Change::Release).await, 2);
    // The second one was accepted meanwhile.
    assert_eq!(lease_one(store, LONG).await.lease.seq, first);
    assert_eq!(state(store, second).await, Some(State::Done));
    assert_eq!(arrival(store, record("a 1")).await, Arrival::Duplicate(State::Leased));
}

async fn erase_leaves_the_key(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let about = |subject: &str, key: &str| Record { subject: Some(subject.into()), ..record(key) };
    let first = new(store, about("s", "a 1")).await;
    let kept = new(store, about("t", "a 2")).await;
    let filter = Filter { subject: Some("s".into()), ..Filter::default() };
    let leased = store.lease(wanted(10, LONG)).await.expect("leased");
    assert_eq!(amend(store, filter.clone(), Change::Erase).await, 1);
    for leased in leased {
        let expected = if leased.lease.seq == first { Settled::Lost } else { Settled::Settled };
        assert_eq!(settle(store, leased.lease, Outcome::Done).await, expected);
    }
    assert_eq!((state(store, first).await, state(store, kept).await), (None, Some(State::Done)));
    assert_eq!(arrival(store, about("s", "a 1")).await, Arrival::Duplicate(State::Done));
    assert_eq!((amend(store, filter, Change::Erase).await, due(store).await), (0, 0));
}

async fn a_limit_bounds_a_change(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    for number in 0..5 {
        new(store, record(&format!("a {number}"))).await;
    }
    let selection = Selection { limit: Some(2), ..Selection::default() };
    assert_eq!(store.amend(selection, Change::Kill).await, Ok(2));
    assert_eq!(due(store).await, 3);
}

async fn sweep_takes_what_is_done_and_old(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let done = new(store, record("a 1")).await;
    let lease = lease_one(store, LONG).await.lease;
    assert_eq!(settle(store, lease, Outcome::Done).await, Settled::Settled);
    let dead = new(store, record("a 2")).await;
    assert_eq!(amend(store, Filter { seqs: Some(vec![dead]), ..Filter::default() }, Change::Kill).await, 1);
    new(store, Record { is_quarantined: true, ..record("a 3") }).await;
    let ready = new(store, record("a 4")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let swept = store.sweep(Horizon::default(), 100).await.expect("swept");
    assert_eq!((swept.deliveries, swept.keys), (0, 0));
    // What was delivered goes before its key, which still tells a duplicate.
    let bodies = Horizon { deliveries: Duration::from_millis(1), keys: LONG };
    let swept = store.sweep(bodies, 100).await.expect("swept");
    assert_eq!((swept.deliveries, swept.keys), (1, 0));
    assert_eq!(state(store, done).await, None);
    assert_eq!(arrival(store, record("a 1")).await, Arrival::Duplicate(State::Done));
    let keys = Horizon { deliveries: Duration::from_millis(1), keys: Duration::from_millis(1) };
    let swept = store.sweep(keys, 100).await.expect("swept");
    assert_eq!((swept.deliveries, swept.keys), (0, 1));
    assert_eq!(arrival(store, record("a 1")).await, Arrival::New);
    // Whatever is not done stays, and is known.
    assert_eq!((state(store, dead).await, state(store, ready).await), (Some(State::Dead), Some(State::Ready)));
    assert_eq!(arrival(store, record("a 2")).await, Arrival::Duplicate(State::Dead));
    assert_eq!(arrival(store, record("a 4")).await, Arrival::Duplicate(State::Ready));
}

async fn sweep_is_bounded_and_probes_with_zero(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let swept = store.sweep(Horizon::default(), 0).await.expect("swept");
    assert_eq!((swept.deliveries, swept.keys), (0, 0));
    for number in 0..5 {
        let appended = store.append(record(&format!("a {number}")), Some(terms(LONG))).await.expect("appended");
        assert_eq!(settle(store, appended.lease.expect("a lease"), Outcome::Done).await, Settled::Settled);
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let horizon = Horizon { deliveries: Duration::from_millis(1), keys: Duration::from_millis(1) };
    assert_eq!(store.sweep(horizon, 0).await.map(|swept| swept.deliveries), Ok(0));
    let mut swept = (0, 0);
    for _ in 0..5 {
        let some = store.sweep(horizon, 2).await.expect("swept");
        assert!(some.deliveries <= 2 && some.keys <= 2, "{some:?}");
        swept = (swept.0 + some.deliveries, swept.1 + some.keys);
    }
    assert_eq!(swept, (5, 5));
}

async fn stats_count_what_is_there(subject: &mut impl Subject) {
    let store = &subject.fresh().await;
    let stats = async || {
        let query = Query { with_stats: true, ..Query::default() };
        store.find(query).await.expect("found").stats.expect("stats")
    };
    assert_eq!(stats().await, crate::Stats::default());
    for number in 0..3 {
        new(store, record(&format!("a {number}"))).await;
    }
    new(store, Record { is_quarantined: true, ..record("a 3") }).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    let seen = stats().await;
    assert_eq!((seen.ready, seen.leased, seen.dead, seen.quarantined), (3, 0, 0, 1));
    assert!(seen.oldest_ready_ms.is_some_and(|age| (20..20_000).contains(&age)), "{seen:?}");
    let leased = store.lease(wanted(3, LONG)).await.expect("leased");
    assert_eq!(settle(store, leased[0].lease, Outcome::Dead { note: None }).await, Settled::Settled);
    assert_eq!(settle(store, leased[1].lease, Outcome::Done).await, Settled::Settled);
    let seen = stats().await;
    assert_eq!((seen.ready, seen.leased, seen.dead, seen.oldest_ready_ms), (0, 1, 1, None));
    // What waits for a retry is ready, and keeps nobody waiting.
    assert_eq!(settle(store, leased[2].lease, Outcome::Retry { after: LONG, note: None }).await, Settled::Settled);
    let seen = stats().await;
    assert_eq!((seen.ready, seen.leased, seen.oldest_ready_ms), (1, 0, None));
}

async fn two_handles_see_one_store(subject: &mut impl Subject) {
    let first = Arc::new(subject.fresh().await);
    let Some(second) = subject.another().await else { return };
    new(&*first, record("a 1")).await;
    assert_eq!(arrival(&second, record("a 1")).await, Arrival::Duplicate(State::Ready));
    let lease = lease_one(&second, LONG).await.lease;
    assert_eq!(due(&*first).await, 0);
    assert_eq!(settle(&*first, lease, Outcome::Done).await, Settled::Settled);
    assert_eq!(settle(&second, lease, Outcome::Done).await, Settled::Lost);
    // Both at once, with the same deliveries.
    let records = || (0..100).map(|number| record(&format!("b {number}")));
    let (one, two) = futures_util::join!(
        join_all(records().map(|record| first.append(record, None))),
        join_all(records().map(|record| second.append(record, None)))
    );
    let appended: Result<Vec<_>, StoreError> = one.into_iter().chain(two).collect();
    let appended = appended.expect("appended");
    assert_eq!(appended.iter().filter(|appended| appended.arrival == Arrival::New).count(), 100);
    let (one, two) = futures_util::join!(first.lease(wanted(100, LONG)), second.lease(wanted(100, LONG)));
    let leased: Vec<_> = one.expect("leased").into_iter().chain(two.expect("leased")).collect();
    let distinct: HashSet<_> = leased.iter().map(|leased| leased.lease.seq).collect();
    assert_eq!(distinct.len(), leased.len());
    let rest = due(&*first).await;
    assert_eq!(leased.len() + rest, 100);
}

async fn a_restart_loses_nothing(subject: &mut impl Subject) {
    let store = subject.fresh().await;
    let seq = new(&store, record("a 1")).await;
    new(&store, record("a 2")).await;
    let leased = store.lease(wanted(1, LONG)).await.expect("leased");
    let Some(store) = subject.restarted().await else { return };
    assert_eq!(arrival(&store, record("a 2")).await, Arrival::Duplicate(State::Ready));
    assert_eq!(arrival(&store, other("a 2", 2)).await, Arrival::Conflict);
    assert_eq!(state(&store, seq).await, Some(State::Leased));
    assert_eq!(settle(&store, leased[0].lease, Outcome::Done).await, Settled::Settled);
    assert_eq!(due(&store).await, 2);
}
