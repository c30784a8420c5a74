//! What the conformance suite cannot see from outside.

use std::path::Path;
use std::thread;

use hookvet_receiver::event_digest;
use tokio::sync::oneshot;

use super::*;
use crate::store::{Arrival, Filter};

fn record(key: &str) -> Record {
    Record { vendor: "amlyze".into(), key: Some(key.into()), ..Record::default() }
}

fn open(file: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(file, SqliteOptions::default())
}

fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("inbox.sqlite");
    (folder, file)
}

fn refusal(file: &Path) -> String {
    let before = std::fs::read(file).expect("the file");
    let error = open(file).map(|_| ()).expect_err("no store").to_string();
    assert!(std::fs::read(file).expect("the file") == before, "it was changed");
    error
}

#[tokio::test]
async fn what_waits_for_the_disk_has_a_bound_in_bytes() {
    let (_folder, file) = folder();
    let store = open(&file).expect("a store");
    let other = Connection::open(&file).expect("the file");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let large = || Record { key: None, body: vec![0; writer::WAITING_BYTES / 4].into(), ..record("") };
    let mut waiting = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = store.clone();
        waiting.spawn(async move { store.append(large(), None).await });
    }
    assert_eq!(waiting.join_next().await.expect("a task").expect("no panic"), Err(StoreError::Busy));
    other.execute_batch("ROLLBACK").expect("given back");
    let kept = waiting.join_all().await;
    assert!(kept.iter().all(|kept| matches!(kept, Ok(kept) if kept.arrival == Arrival::New)), "{kept:?}");
    // Then there is room again.
    assert!(store.append(large(), None).await.is_ok());
}

#[tokio::test]
async fn one_that_cannot_be_written_fails_alone() {
    let (_folder, file) = folder();
    drop(open(&file).expect("a store"));
    let mut connection = Connection::open(&file).expect("the file");
    let refuse = "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.hookvet_delivery WHEN NEW.key = 'bad' \
                  BEGIN SELECT RAISE(ABORT, 'no'); END";
    connection.execute_batch(refuse).expect("a trigger");
    let (jobs, kept): (Vec<_>, Vec<_>) = ["a", "bad", "b"]
        .map(|key| {
            let (done, kept) = oneshot::channel();
            let record = record(key);
            (
                writer::job(done, move |connection: &Connection, now| {
                    statements::append(connection, &record, None, now)
                }),
                kept,
            )
        })
        .into_iter()
        .unzip();
    writer::write(&mut connection, jobs, 1);
    let kept: Vec<_> = kept.into_iter().map(|mut kept| kept.try_recv().expect("an answer")).collect();
    assert!(matches!(&kept[..], [Ok(_), Err(StoreError::Failed(_)), Ok(_)]), "{kept:?}");
    let count = |table| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0));
    assert_eq!((count("hookvet_delivery"), count("hookvet_seen")), (Ok(2), Ok(2)));
}

#[test]
fn a_file_that_another_process_opens_at_the_same_time_is_waited_for() {
    let (_folder, file) = folder();
    let file = &file;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || open(file).map(|_| ()).expect("a store"));
        }
    });
}

#[test]
fn what_is_no_store_is_refused_and_left_as_it_is() {
    let (_folder, file) = folder();
    let other = |statements: &str| {
        let _ = std::fs::remove_file(&file);
        Connection::open(&file).expect("a file").execute_batch(statements).expect("made");
    };
    other("CREATE TABLE customers (name TEXT)");
    assert!(refusal(&file).contains("something else"));
    other("CREATE TABLE deliveries (what TEXT)");
    assert!(refusal(&file).contains("something else"));
    other("CREATE TABLE customers (name TEXT); PRAGMA user_version = 2");
    assert!(refusal(&file).contains("something else"));
    other("CREATE TABLE customers (name TEXT); PRAGMA application_id = 5; PRAGMA user_version = 2");
    assert!(refusal(&file).contains("something else"));
    other("CREATE TABLE hookvet_layout (version INTEGER); INSERT INTO hookvet_layout VALUES (7)");
    assert!(refusal(&file).contains("expected layout 2 of the store, but found 7"));
    other("PRAGMA application_id = 1751873140; PRAGMA user_version = 7; CREATE TABLE other (what TEXT)");
    assert!(refusal(&file).contains("expected layout 2 of the store, but found 7"));
    std::fs::write(&file, "no database at all, only a text that is long enough".repeat(100)).expect("written");
    assert!(refusal(&file).contains("not a database"));
}

#[tokio::test]
async fn a_corrupt_file_is_an_error_and_not_a_panic() {
    let (_folder, file) = folder();
    let store = open(&file).expect("a store");
    for number in 0..200 {
        let body = vec![7; 3000].into();
        let _ = store.append(Record { body, ..record(&number.to_string()) }, None).await.expect("kept");
    }
    drop(store);
    Connection::open(&file).expect("the file").execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("emptied");
    let mut bytes = std::fs::read(&file).expect("the file");
    bytes.iter_mut().skip(8192).step_by(3).for_each(|byte| *byte ^= 0x55);
    std::fs::write(&file, bytes).expect("written");
    if let Ok(store) = open(&file) {
        let query = crate::Query { limit: 1000, ..crate::Query::default() };
        assert!(matches!(store.find(query).await, Err(StoreError::Failed(_))));
    }
}

#[tokio::test]
async fn it_may_stand_in_an_applications_own_file() {
    let (_folder, file) = folder();
    let own = "CREATE TABLE customers (name TEXT); PRAGMA user_version = 41; PRAGMA application_id = 5";
    Connection::open(&file).expect("a file").execute_batch(own).expect("made");
    let shared = SqliteOptions { is_shared: true, ..SqliteOptions::default() };
    for _ in 0..2 {
        let store = SqliteStore::open(&file, shared).expect("a store");
        let _ = store.append(record("a 1"), None).await.expect("kept");
    }
    let connection = Connection::open(&file).expect("the file");
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    assert_eq!((pragma("user_version"), pragma("application_id")), (Ok(41), Ok(5)));
}

#[tokio::test]
async fn what_is_erased_is_in_no_file() {
    let (folder, file) = folder();
    let store = open(&file).expect("a store");
    let secret = Record { subject: Some("s".into()), body: b"Sputnik".repeat(2000).into(), ..record("a 1") };
    let _ = store.append(secret, None).await.expect("kept");
    let selection = Selection { filter: Filter { subject: Some("s".into()), ..Filter::default() }, limit: None };
    assert_eq!(store.amend(selection, Change::Erase).await, Ok(1));
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        let path = entry.expect("a file").path();
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!bytes.windows(7).any(|window| window == b"Sputnik"), "{}", path.display());
    }
}

/// What `hookvet serve` wrote before there were workers.
fn table(last_columns: &str) -> String {
    format!(
        "PRAGMA journal_mode = WAL;
        CREATE TABLE deliveries (
            seq INTEGER PRIMARY KEY, received_at TEXT NOT NULL, vendor TEXT NOT NULL, key TEXT, id TEXT,
            type TEXT, subject TEXT, headers TEXT NOT NULL, body BLOB NOT NULL, {last_columns} TEXT NOT NULL,
            verdict TEXT NOT NULL, redeliveries INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        INSERT INTO deliveries VALUES
            (3, '2026-03-10T12:53:45.5Z', 'amlyze', 's 1', '1', 't', NULL, '[[\"cookie\",\"c-secret\"],[\"ce-id\",\"1\"]]', X'7B7D',
             'old', '{{\"event\":{{\"key\":\"s 1\",\"id\":\"1\",\"type\":\"t\",\"source\":\"s\",\"attributes\":{{\"specversion\":\"1.0\"}}}}}}', 5),
            (7, 'then', 'amlyze', NULL, '', '', NULL, '[]', X'7B7D', 'old', '{{\"event\":null}}', 0);"
    )
}

#[tokio::test]
async fn a_store_of_before_is_brought_to_this_layout() {
    for (columns, version) in [("body_sha256", 0), ("digest", 1)] {
        let (folder, file) = folder();
        let made = format!("{}; PRAGMA user_version = {version}", table(columns));
        Connection::open(&file).expect("a file").execute_batch(&made).expect("made");
        let store = open(&file).expect("a store");
        let attributes = [("id", "1"), ("type", "t"), ("source", "s"), ("specversion", "1.0")];
        let again = Record { digest: event_digest(attributes, b"{}"), ..record("s 1") };
        let again = store.append(again, None).await.expect("appended");
        assert!(again.seq == 3 && matches!(again.arrival, Arrival::Duplicate(_)), "{again:?}");
        let page = store.find(Query { limit: 10, ..Query::default() }).await.expect("found");
        let [first, second] = &page.deliveries[..] else { panic!("{page:?}") };
        assert_eq!((first.received_at, first.redeliveries), (1_773_147_225_500, 6));
        assert_eq!(first.record.headers, [("ce-id".to_owned(), b"1".to_vec())]);
        assert_eq!((second.seq, second.received_at, &second.record.key, &second.record.id), (7, 0, &None, &None));
        let new = store.append(record("new"), None).await.expect("appended");
        assert!(new.seq > 7);
        let _again = open(&file).expect("a store, again");
        for entry in std::fs::read_dir(folder.path()).expect("a folder") {
            let path = entry.expect("a file").path();
            let bytes = std::fs::read(&path).expect("a file");
            assert!(!bytes.windows(8).any(|window| window == b"c-secret"), "{}", path.display());
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(path.metadata().expect("a file").permissions().mode() & 0o777, 0o600, "{}", path.display());
            }
        }
    }
}
