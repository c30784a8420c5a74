//! The embedded store: accepted deliveries in one SQLite file, written before they are acknowledged.

use std::path::Path;
use std::sync::mpsc;
use std::thread;

use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;

/// How many deliveries are written in one transaction at the most.
const BATCH: usize = 64;

/// How many deliveries may wait for the disk; the next one is told that the store is busy.
const WAITING: usize = 1024;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS deliveries (
        seq           INTEGER PRIMARY KEY,
        received_at   TEXT    NOT NULL,
        vendor        TEXT    NOT NULL,
        key           TEXT    NOT NULL,
        id            TEXT    NOT NULL,
        type          TEXT    NOT NULL,
        subject       TEXT,
        headers       TEXT    NOT NULL,
        body          BLOB    NOT NULL,
        body_sha256   TEXT    NOT NULL,
        verdict       TEXT    NOT NULL,
        redeliveries  INTEGER NOT NULL DEFAULT 0,
        UNIQUE (vendor, key, body_sha256)
    ) STRICT;
";

/// An accepted delivery as it is kept.
#[derive(Clone)]
pub struct Delivery {
    pub received_at: String,
    pub vendor: &'static str,
    pub key: String,
    pub id: String,
    pub event_type: String,
    pub subject: Option<String>,
    /// A JSON list of `[name, value]`, each character of a value one octet.
    pub headers: String,
    pub body: Vec<u8>,
    pub verdict: String,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kept {
    /// It is new.
    New,
    /// The same key with the same body is there already: counted as a redelivery.
    Redelivery,
    /// The same key is there with another body: kept besides, and worth a look.
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

/// A handle to the thread that owns the connection. Clones share it.
#[derive(Clone)]
pub struct Store {
    jobs: mpsc::SyncSender<Job>,
}

struct Job {
    delivery: Delivery,
    done: oneshot::Sender<Result<Kept, StoreError>>,
}

impl Store {
    pub fn open(file: &Path) -> rusqlite::Result<Self> {
        let mut connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // An acknowledgement means that the delivery survives a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(SCHEMA)?;
        let (jobs, waiting) = mpsc::sync_channel::<Job>(WAITING);
        thread::spawn(move || {
            while let Ok(first) = waiting.recv() {
                let mut batch = vec![first];
                batch.extend(waiting.try_iter().take(BATCH - 1));
                write(&mut connection, batch);
            }
        });
        Ok(Self { jobs })
    }

    /// Writes the delivery; it is on the disk when this returns.
    pub async fn keep(&self, delivery: Delivery) -> Result<Kept, StoreError> {
        let (done, kept) = oneshot::channel();
        self.jobs.try_send(Job { delivery, done }).map_err(|error| match error {
            mpsc::TrySendError::Full(_) => StoreError::Busy,
            mpsc::TrySendError::Disconnected(_) => StoreError::Failed("its thread has ended".into()),
        })?;
        kept.await.unwrap_or_else(|_| Err(StoreError::Failed("its thread has ended".into())))
    }
}

fn write(connection: &mut Connection, batch: Vec<Job>) {
    let written = (|| {
        let transaction = connection.transaction()?;
        let kept = batch.iter().map(|job| insert(&transaction, &job.delivery)).collect::<rusqlite::Result<Vec<_>>>()?;
        transaction.commit()?;
        Ok::<_, rusqlite::Error>(kept)
    })();
    match written {
        Ok(kept) => {
            for (job, kept) in batch.into_iter().zip(kept) {
                // Nobody waits any more where the sender has hung up; the delivery is kept all the same.
                let _ = job.done.send(Ok(kept));
            }
        }
        Err(error) => {
            // A constraint's message would quote names of columns, never their values.
            let error = StoreError::Failed(error.to_string());
            for job in batch {
                let _ = job.done.send(Err(error.clone()));
            }
        }
    }
}

fn insert(connection: &Connection, delivery: &Delivery) -> rusqlite::Result<Kept> {
    let digest = const_hex::encode(Sha256::digest(&delivery.body));
    let same = connection
        .prepare_cached("SELECT seq FROM deliveries WHERE vendor = ?1 AND key = ?2 AND body_sha256 = ?3")?
        .query_row(params![delivery.vendor, delivery.key, digest], |row| row.get::<_, i64>(0))
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
            "INSERT INTO deliveries (received_at, vendor, key, id, type, subject, headers, body, body_sha256, verdict)
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
            digest,
            delivery.verdict
        ])?;
    Ok(if is_known { Kept::Conflict } else { Kept::New })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(key: &str, body: &str) -> Delivery {
        Delivery {
            received_at: "2026-03-10T12:53:45Z".into(),
            vendor: "amlyze",
            key: key.into(),
            id: "1".into(),
            event_type: "com.amlyze.customer.updated".into(),
            subject: None,
            headers: "[]".into(),
            body: body.into(),
            verdict: "{}".into(),
        }
    }

    #[tokio::test]
    async fn a_redelivery_is_counted_and_another_body_under_the_same_key_is_kept_besides() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&dir.path().join("store.sqlite")).expect("a store");
        assert_eq!(store.keep(delivery("a 1", "{}")).await, Ok(Kept::New));
        assert_eq!(store.keep(delivery("a 1", "{}")).await, Ok(Kept::Redelivery));
        assert_eq!(store.keep(delivery("a 1", "{ }")).await, Ok(Kept::Conflict));
        assert_eq!(store.keep(delivery("a 2", "{}")).await, Ok(Kept::New));
        let connection = Connection::open(dir.path().join("store.sqlite")).expect("the file");
        let counts = connection
            .query_row("SELECT count(*), sum(redeliveries) FROM deliveries", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })
            .expect("counts");
        assert_eq!(counts, (3, 1));
    }

    #[tokio::test]
    async fn a_store_that_cannot_write_says_so() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("store.sqlite");
        let store = Store::open(&file).expect("a store");
        Connection::open(&file).expect("the file").execute_batch("DROP TABLE deliveries").expect("dropped");
        assert!(matches!(store.keep(delivery("a 1", "{}")).await, Err(StoreError::Failed(_))));
    }
}
