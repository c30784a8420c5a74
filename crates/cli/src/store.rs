//! The embedded store: accepted deliveries in one SQLite file, written before they are acknowledged.
//!
//! Several processes may write to one file: each takes the write lock at the start of a transaction and waits for it, up to a
//! limit. The file is for its owner alone, since it holds personal data.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hookvet_tower::receiver::event_digest;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};
use serde_json::Value;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, oneshot};

/// How many deliveries are written in one transaction at the most.
const BATCH: usize = 64;

/// How many deliveries may wait for the disk; the next one is told that the store is busy.
const WAITING: usize = 1024;

/// How many bytes of them may wait.
const WAITING_BYTES: usize = 64 * 1024 * 1024;

/// How long the result of a test write is good for.
const PROBE_EVERY: Duration = Duration::from_secs(1);

/// How long to wait before a lock is asked for again for which SQLite itself does not wait.
const PAUSE: Duration = Duration::from_millis(10);

/// The number of the table's layout, SQLite's `user_version`. 0 is a new file, or one of before there was a number.
const LAYOUT: i64 = 1;

/// A key that is null is no duplicate of any other, so what has none is always kept.
const SCHEMA: &str = "
    CREATE TABLE deliveries (
        seq           INTEGER PRIMARY KEY,
        received_at   TEXT    NOT NULL,
        vendor        TEXT    NOT NULL,
        key           TEXT,
        id            TEXT,
        type          TEXT,
        subject       TEXT,
        headers       TEXT    NOT NULL,
        body          BLOB    NOT NULL,
        digest        TEXT    NOT NULL,
        verdict       TEXT    NOT NULL,
        redeliveries  INTEGER NOT NULL DEFAULT 0,
        UNIQUE (vendor, key, digest)
    ) STRICT;
";

/// The columns of layout 0.
const COLUMNS_OF_0: &str = "seq received_at vendor key id type subject headers body body_sha256 verdict redeliveries";

/// An accepted delivery as it is kept.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    pub received_at: String,
    pub vendor: &'static str,
    /// Without a key it is nobody's duplicate.
    pub key: Option<String>,
    pub id: Option<String>,
    pub event_type: Option<String>,
    pub subject: Option<String>,
    /// A JSON list of `[name, value]`, each character of a value one octet.
    pub headers: String,
    pub body: Vec<u8>,
    /// Of [`event_digest`], in hexadecimal digits.
    pub digest: String,
    pub verdict: String,
}

impl Delivery {
    fn bytes(&self) -> usize {
        let texts = [&self.key, &self.id, &self.event_type, &self.subject]
            .into_iter()
            .flatten()
            .map(String::len)
            .sum::<usize>();
        size_of::<Self>() + texts + self.headers.len() + self.body.len() + self.verdict.len()
    }
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It is new.
    New,
    /// The same key with the same digest is there already: counted as a redelivery.
    Redelivery,
    /// The same key is there with another digest: kept besides, and worth a look.
    Conflict,
}

/// Why a delivery was not kept.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StoreError {
    #[error("too many deliveries wait for the disk")]
    Busy,
    #[error("the store does not write: {0}")]
    Failed(String),
}

impl StoreError {
    fn ended<E>(_: E) -> Self {
        Self::Failed("its thread has ended".into())
    }
}

impl From<rusqlite::Error> for StoreError {
    /// A constraint's message would quote names of columns, never their values.
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A handle to the thread that owns the connection. Clones share it.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::SyncSender<Job>,
    /// A permit is a byte that may wait.
    room: Arc<Semaphore>,
    last_probe: Arc<Mutex<Option<Probed>>>,
}

/// When a test write was made, and what came of it.
type Probed = (Instant, Result<(), StoreError>);

enum Job {
    Keep {
        delivery: Box<Delivery>,
        /// Given back when the job is done.
        _room: OwnedSemaphorePermit,
        done: oneshot::Sender<Result<Kept, StoreError>>,
    },
    /// Writes a delivery, takes it back, and commits.
    Probe(oneshot::Sender<Result<(), StoreError>>),
}

impl Job {
    fn fail(self, error: StoreError) {
        // Nobody waits any more where the sender has hung up; so below.
        match self {
            Self::Keep { done, .. } => drop(done.send(Err(error))),
            Self::Probe(done) => drop(done.send(Err(error))),
        }
    }
}

impl Store {
    /// Opens the file, or makes it for its owner alone. `patience` is how long to wait for others that write to it.
    pub fn open(file: &Path, patience: Duration) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        // SQLite gives the files beside it the same mode.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        drop(options.open(file)?);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(patience)?;
        // In this order, so that a file of something else stays as it is.
        prepare(&mut connection, file)?;
        write_ahead(&connection, patience)?;
        // An acknowledgement means that the delivery survives a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        let (jobs, waiting) = mpsc::sync_channel::<Job>(WAITING);
        thread::spawn(move || {
            while let Ok(first) = waiting.recv() {
                let mut batch = vec![first];
                batch.extend(waiting.try_iter().take(BATCH - 1));
                write(&mut connection, batch);
            }
        });
        Ok(Self { jobs, room: Arc::new(Semaphore::new(WAITING_BYTES)), last_probe: Arc::default() })
    }

    /// Writes the delivery; it is on the disk when this returns.
    pub async fn keep(&self, delivery: Delivery) -> Result<Kept, StoreError> {
        let (done, kept) = oneshot::channel();
        let bytes = u32::try_from(delivery.bytes()).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(bytes).map_err(|_| StoreError::Busy)?;
        self.start(Job::Keep { delivery: Box::new(delivery), _room: room, done })?;
        kept.await.map_err(StoreError::ended)?
    }

    /// Whether the store writes: a test write says so, one a second at the most.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let mut last = self.last_probe.lock().await;
        if let Some((at, result)) = &*last
            && at.elapsed() < PROBE_EVERY
        {
            return result.clone();
        }
        let (done, written) = oneshot::channel();
        let result = match self.start(Job::Probe(done)) {
            Ok(()) => written.await.unwrap_or_else(|error| Err(StoreError::ended(error))),
            Err(error) => Err(error),
        };
        *last = Some((Instant::now(), result.clone()));
        result
    }

    fn start(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => StoreError::Busy,
            mpsc::TrySendError::Disconnected(_) => StoreError::ended(error),
        })
    }
}

/// Makes the table, or brings that of an earlier layout to this one. What is anything else is refused and left as it is.
fn prepare(connection: &mut Connection, file: &Path) -> Result<()> {
    // Zeroes what is taken out of the file, as are credentials below.
    connection.pragma_update(None, "secure_delete", "ON")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let layout: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let names = "SELECT coalesce(group_concat(name, ' '), '') FROM ";
    let columns: String =
        transaction.query_row(&format!("{names} pragma_table_info('deliveries')"), [], |row| row.get(0))?;
    let tables: String = transaction.query_row(&format!("{names} sqlite_schema"), [], |row| row.get(0))?;
    match layout {
        LAYOUT if !columns.is_empty() => return Ok(()),
        0 if tables.is_empty() => transaction.execute_batch(SCHEMA)?,
        0 if columns == COLUMNS_OF_0 => {
            close_to_others(file)?;
            migrate(&transaction)
                .context("cannot bring it to the layout of this version; its deliveries are as they were")?;
        }
        0 | LAYOUT => bail!("it is a database of something else; name another file with --store"),
        _ => bail!(
            "expected layout {LAYOUT} of the store, but found {layout}: a later version of hookvet has written it; start that \
             one, or name another file with --store"
        ),
    }
    transaction.pragma_update(None, "user_version", LAYOUT)?;
    transaction.commit()?;
    // Empties a log of before, which may hold the same credentials. Whoever else reads the file may stand in the way.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    Ok(())
}

/// From layout 0: keys may be null, the digest covers the attributes too, and no header holds a credential.
fn migrate(connection: &Connection) -> Result<()> {
    connection.execute_batch("ALTER TABLE deliveries RENAME TO deliveries_of_0")?;
    connection.execute_batch(SCHEMA)?;
    let mut select = connection.prepare("SELECT seq, headers, verdict, body FROM deliveries_of_0")?;
    let mut rows = select.query([])?;
    let mut copy = connection.prepare(
        "INSERT INTO deliveries
         SELECT seq, received_at, vendor, nullif(key, ''), nullif(id, ''), nullif(type, ''), subject, ?2, body, ?3, verdict,
                redeliveries
         FROM deliveries_of_0 WHERE seq = ?1",
    )?;
    while let Some(row) = rows.next()? {
        let headers = without_credentials(row.get_ref(1)?.as_str()?)?;
        let verdict: Value = serde_json::from_str(row.get_ref(2)?.as_str()?)?;
        let digest = const_hex::encode(event_digest(attributes(&verdict["event"]), row.get_ref(3)?.as_blob()?));
        copy.execute(params![row.get::<_, i64>(0)?, headers, digest])?;
    }
    drop(rows);
    connection.execute_batch("DROP TABLE deliveries_of_0")?;
    Ok(())
}

/// Headers without those that may hold a credential; of the layout's time there were no configured ones.
fn without_credentials(headers: &str) -> Result<String> {
    let mut headers: Vec<[String; 2]> = serde_json::from_str(headers)?;
    headers.retain(|[name, _]| !["authorization", "proxy-authorization", "cookie"].contains(&name.as_str()));
    Ok(serde_json::to_string(&headers)?)
}

/// The context attributes in a verdict's JSON form.
fn attributes(event: &Value) -> impl Iterator<Item = (&str, &str)> {
    let named = ["id", "source", "type", "subject", "time"].into_iter().map(|name| (name, &event[name]));
    let further = event["attributes"].as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    named.chain(further).filter_map(|(name, value)| Some((name, value.as_str()?)))
}

/// Closes a file of before the store was private, and those beside it.
#[cfg(unix)]
fn close_to_others(file: &Path) -> Result<()> {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;

    for suffix in ["", "-wal", "-shm"] {
        let mut name = OsString::from(file);
        name.push(suffix);
        let path = PathBuf::from(name);
        if path.try_exists()? {
            set_permissions(&path, Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn close_to_others(_: &Path) -> Result<()> {
    Ok(())
}

/// Switches to a write-ahead log, with which readers and the writer do not wait for each other.
fn write_ahead(connection: &Connection, patience: Duration) -> Result<()> {
    let started = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => bail!("its file system cannot hold a write-ahead log; put it on a local disk"),
            // Another process is opening it.
            Err(error) if is_busy(&error) && started.elapsed() < patience => thread::sleep(PAUSE),
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

fn write(connection: &mut Connection, batch: Vec<Job>) {
    match write_all(connection, &batch) {
        Ok(results) => {
            for (job, result) in batch.into_iter().zip(results) {
                match (job, result) {
                    (job, Err(error)) => job.fail(error.into()),
                    (Job::Keep { done, .. }, Ok(kept)) => drop(done.send(Ok(kept))),
                    (Job::Probe(done), Ok(_)) => drop(done.send(Ok(()))),
                }
            }
        }
        Err(error) => {
            let error = StoreError::from(error);
            for job in batch {
                job.fail(error.clone());
            }
        }
    }
}

/// One transaction: an error where none of it is on the disk, otherwise what became of each.
fn write_all(connection: &mut Connection, batch: &[Job]) -> rusqlite::Result<Vec<rusqlite::Result<Kept>>> {
    // The lock to write comes first. Whoever reads first and then wants to write is refused at once where another has written
    // meanwhile, without any wait.
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        // So that one which cannot be written fails alone.
        let savepoint = transaction.savepoint()?;
        let result = match job {
            Job::Keep { delivery, .. } => insert(&savepoint, delivery),
            Job::Probe(_) => insert(&savepoint, &Delivery::default()),
        };
        match (job, &result) {
            (Job::Keep { .. }, Ok(_)) => savepoint.commit()?,
            // It goes back when it is dropped.
            _ => drop(savepoint),
        }
        match result {
            // A full disk, for example, ends the whole transaction.
            Err(error) if transaction.is_autocommit() => return Err(error),
            Ok(_) if matches!(job, Job::Probe(_)) => {
                // Something has to be written at the commit.
                results.push(transaction.pragma_update(None, "user_version", LAYOUT).map(|()| Kept::New));
            }
            result => results.push(result),
        }
    }
    transaction.commit()?;
    Ok(results)
}

fn insert(connection: &Connection, delivery: &Delivery) -> rusqlite::Result<Kept> {
    // Nothing equals a key that is null.
    let same = connection
        .prepare_cached("SELECT seq FROM deliveries WHERE vendor = ?1 AND key = ?2 AND digest = ?3")?
        .query_row(params![delivery.vendor, delivery.key, delivery.digest], |row| row.get::<_, i64>(0))
        .optional()?;
    if let Some(seq) = same {
        connection
            .prepare_cached("UPDATE deliveries SET redeliveries = redeliveries + 1 WHERE seq = ?1")?
            .execute(params![seq])?;
        return Ok(Kept::Redelivery);
    }
    let is_known = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM deliveries WHERE vendor = ?1 AND key = ?2)")?
        .query_row(params![delivery.vendor, delivery.key], |row| row.get::<_, bool>(0))?;
    connection
        .prepare_cached(
            "INSERT INTO deliveries (received_at, vendor, key, id, type, subject, headers, body, digest, verdict)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            delivery.received_at,
            delivery.vendor,
            delivery.key,
            delivery.id,
            delivery.event_type,
            delivery.subject,
            delivery.headers,
            delivery.body,
            delivery.digest,
            delivery.verdict
        ])?;
    Ok(if is_known { Kept::Conflict } else { Kept::New })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn delivery(key: impl Into<Option<&'static str>>, digest: &str) -> Delivery {
        let key = key.into().map(str::to_owned);
        Delivery { vendor: "amlyze", key, digest: digest.into(), ..Delivery::default() }
    }

    fn counts(file: &Path) -> (i64, i64) {
        Connection::open(file)
            .expect("the file")
            .query_row("SELECT count(*), coalesce(sum(redeliveries), 0) FROM deliveries", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .expect("counts")
    }

    fn refusal(file: &Path) -> String {
        let before = std::fs::read(file).expect("the file");
        let error = format!("{:#}", Store::open(file, PATIENCE).map(|_| ()).expect_err("no store"));
        assert!(std::fs::read(file).expect("the file") == before, "it was changed");
        error
    }

    #[tokio::test]
    async fn a_redelivery_is_counted_and_another_event_under_the_same_key_is_kept_besides() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("store.sqlite");
        let store = Store::open(&file, PATIENCE).expect("a store");
        assert_eq!(store.keep(delivery("a 1", "x")).await, Ok(Kept::New));
        assert_eq!(store.keep(delivery("a 1", "x")).await, Ok(Kept::Redelivery));
        assert_eq!(store.keep(delivery("a 1", "y")).await, Ok(Kept::Conflict));
        assert_eq!(store.keep(delivery("a 2", "x")).await, Ok(Kept::New));
        assert_eq!(counts(&file), (3, 1));
    }

    #[tokio::test]
    async fn without_a_key_it_is_nobodys_duplicate() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("store.sqlite");
        let store = Store::open(&file, PATIENCE).expect("a store");
        for _ in 0..3 {
            assert_eq!(store.keep(delivery(None, "x")).await, Ok(Kept::New));
        }
        assert_eq!(counts(&file), (3, 0));
    }

    #[tokio::test]
    async fn a_store_that_cannot_write_says_so_and_a_test_write_leaves_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("store.sqlite");
        let store = Store::open(&file, PATIENCE).expect("a store");
        assert_eq!(store.probe().await, Ok(()));
        assert_eq!(counts(&file), (0, 0));
        Connection::open(&file).expect("the file").execute_batch("DROP TABLE deliveries").expect("dropped");
        assert!(matches!(store.keep(delivery("a 1", "x")).await, Err(StoreError::Failed(_))));
        *store.last_probe.lock().await = None;
        assert!(matches!(store.probe().await, Err(StoreError::Failed(_))));
    }

    #[tokio::test]
    async fn what_waits_for_the_disk_has_a_bound_in_bytes() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("store.sqlite");
        let store = Store::open(&file, PATIENCE).expect("a store");
        let other = Connection::open(&file).expect("the file");
        other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
        let large = || Delivery { body: vec![0; WAITING_BYTES / 4], ..delivery(None, "x") };
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let store = store.clone();
            waiting.spawn(async move { store.keep(large()).await });
        }
        assert_eq!(waiting.join_next().await.expect("a task").expect("no panic"), Err(StoreError::Busy));
        other.execute_batch("ROLLBACK").expect("given back");
        assert_eq!(waiting.join_all().await, [Ok(Kept::New), Ok(Kept::New), Ok(Kept::New)]);
        // Then there is room again.
        assert_eq!(store.keep(large()).await, Ok(Kept::New));
    }

    #[test]
    fn one_that_cannot_be_written_fails_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("store.sqlite");
        drop(Store::open(&file, PATIENCE).expect("a store"));
        let mut connection = Connection::open(&file).expect("the file");
        let refuse = "CREATE TEMP TRIGGER refuse BEFORE INSERT ON deliveries WHEN NEW.key = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END";
        connection.execute_batch(refuse).expect("a trigger");
        let room = Arc::new(Semaphore::new(3));
        let jobs = ["a", "bad", "b"].map(|key| {
            let permit = room.clone().try_acquire_owned().expect("room");
            Job::Keep { delivery: delivery(key, "x").into(), _room: permit, done: oneshot::channel().0 }
        });
        let results = write_all(&mut connection, &jobs).expect("written");
        assert!(matches!(&results[..], [Ok(Kept::New), Err(_), Ok(Kept::New)]), "{results:?}");
        assert_eq!(counts(&file), (2, 0));
    }

    #[test]
    fn a_file_that_another_process_opens_at_the_same_time_is_waited_for() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = &dir.path().join("store.sqlite");
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(move || Store::open(file, PATIENCE).map(|_| ()).expect("a store"));
            }
        });
    }

    #[test]
    fn what_is_no_store_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("other.sqlite");
        let other = |statements: &str| {
            let _ = std::fs::remove_file(&file);
            Connection::open(&file).expect("a file").execute_batch(statements).expect("made");
        };
        other("CREATE TABLE customers (name TEXT)");
        assert!(refusal(&file).contains("something else"));
        other("CREATE TABLE deliveries (what TEXT)");
        assert!(refusal(&file).contains("something else"));
        other("CREATE TABLE customers (name TEXT); PRAGMA user_version = 1");
        assert!(refusal(&file).contains("something else"));
        other("CREATE TABLE deliveries (what TEXT); PRAGMA user_version = 7");
        assert!(refusal(&file).contains("expected layout 1 of the store, but found 7"));
        std::fs::write(&file, "no database at all, only a text that is long enough".repeat(100)).expect("written");
        assert!(refusal(&file).contains("not a database"));
    }

    const LAYOUT_0: &str = "
        PRAGMA journal_mode = WAL;
        CREATE TABLE deliveries (
            seq INTEGER PRIMARY KEY, received_at TEXT NOT NULL, vendor TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
            type TEXT NOT NULL, subject TEXT, headers TEXT NOT NULL, body BLOB NOT NULL, body_sha256 TEXT NOT NULL,
            verdict TEXT NOT NULL, redeliveries INTEGER NOT NULL DEFAULT 0, UNIQUE (vendor, key, body_sha256)
        ) STRICT;
        INSERT INTO deliveries VALUES
            (3, 'then', 'amlyze', 's 1', '1', 't', NULL, '[[\"cookie\",\"c-secret\"],[\"ce-id\",\"1\"]]', X'7B7D', 'old',
             '{\"event\":{\"key\":\"s 1\",\"id\":\"1\",\"type\":\"t\",\"source\":\"s\",\"attributes\":{\"specversion\":\"1.0\"}}}', 5),
            (7, 'then', 'amlyze', '', '', '', NULL, '[]', X'7B7D', 'old', '{\"event\":null}', 0);
    ";

    #[tokio::test]
    async fn a_store_of_the_first_layout_is_brought_to_this_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("store.sqlite");
        Connection::open(&file).expect("a file").execute_batch(LAYOUT_0).expect("made");
        let store = Store::open(&file, PATIENCE).expect("a store");
        let attributes = [("id", "1"), ("type", "t"), ("source", "s"), ("specversion", "1.0")];
        let digest = const_hex::encode(event_digest(attributes, b"{}"));
        assert_eq!(store.keep(delivery("s 1", &digest)).await, Ok(Kept::Redelivery));
        let connection = Connection::open(&file).expect("the file");
        let rows: Vec<(i64, Option<String>, String, i64)> = connection
            .prepare("SELECT seq, key, headers, redeliveries FROM deliveries ORDER BY seq")
            .expect("a statement")
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .expect("rows")
            .collect::<rusqlite::Result<_>>()
            .expect("rows");
        let first = (3, Some("s 1".to_owned()), r#"[["ce-id","1"]]"#.to_owned(), 6);
        assert_eq!(rows, [first, (7, None, "[]".to_owned(), 0)]);
        let _again = Store::open(&file, PATIENCE).expect("a store, again");
        for entry in std::fs::read_dir(dir.path()).expect("a folder") {
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
