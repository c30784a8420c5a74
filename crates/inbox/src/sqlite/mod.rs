//! The embedded store: one SQLite file, written before anything is acknowledged.
//!
//! Several processes may write to one file: each takes the write lock at the start of a transaction and waits for it, up to a
//! limit. The file is for its owner alone, since it holds personal data.

mod layout;
mod statements;
mod writer;

use std::fmt;
use std::fs::OpenOptions;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::clock::Clock;
use crate::record::Record;
use crate::store::{
    Appended, Change, Horizon, Lease, Leased, Outcome, Page, Pending, Query, Selection, Settled, Store, StoreError,
    Swept, Terms, Wanted,
};
use writer::{Lasting, Writer};

/// How a file is opened.
#[derive(Clone, Copy, Debug)]
pub struct SqliteOptions {
    /// How long to wait for others that write to it. Default: 5 s.
    pub patience: Duration,
    /// Whether the tables may stand in an application's own file, so that one transaction can change both. Otherwise a file of
    /// anything else is refused. Default: no.
    pub is_shared: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), is_shared: false }
    }
}

/// Deliveries in an SQLite file. Clones share one thread that writes.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Writer,
    reader: Arc<Mutex<Connection>>,
    clock: Arc<Clock>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// The tables, as statements.
    pub const SCHEMA: &str = layout::SCHEMA;

    /// What [`Lease::done`] gives.
    pub const DONE: &str = "UPDATE hookvet_delivery SET state = 2, due_at = NULL, token = token + 1 \
                            WHERE seq = ?1 AND token = ?2 AND state = 1";

    /// Takes a delivery that nobody holds and marks it as done, first in a handler's transaction: exactly once, and without a lease.
    /// Its one parameter is [`Delivery::seq`](crate::Delivery::seq). Where it changes no row the delivery is somebody else's, and the
    /// transaction has to be rolled back.
    pub const CLAIM: &str = "UPDATE hookvet_delivery SET state = 2, due_at = NULL, token = token + 1, attempts = attempts + 1 \
                             WHERE seq = ?1 AND (state = 0 OR (state = 1 AND due_at <= unixepoch('subsec') * 1000))";

    /// Opens the file, or makes it for its owner alone.
    ///
    /// # Errors
    /// The file cannot be opened or made; it is something else, or of a later version, and is then left as it is.
    pub fn open(file: impl AsRef<Path>, options: SqliteOptions) -> Result<Self, StoreError> {
        let file = file.as_ref();
        let mut open = OpenOptions::new();
        open.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        // SQLite gives the files beside it the same mode.
        std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
        drop(open.open(file).map_err(StoreError::failed)?);
        let connect = || -> rusqlite::Result<Connection> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(file, flags)?;
            connection.busy_timeout(options.patience)?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(connection)
        };
        let mut connection = connect().map_err(StoreError::failed)?;
        // In this order, so that a file of something else stays as it is.
        layout::prepare(&mut connection, file, options.is_shared)?;
        layout::write_ahead(&connection, options.patience)?;
        // In KiB, where it is negative. Keys are random, so their index is read and written all over.
        connection.pragma_update(None, "cache_size", -64 * 1024).map_err(StoreError::failed)?;
        // In pages: a page that is written often is copied into the file less often.
        connection.pragma_update(None, "wal_autocheckpoint", 4000).map_err(StoreError::failed)?;
        let clock = Arc::new(Clock::starting_at(statements::last_time(&connection).map_err(StoreError::failed)?));
        let reader = connect().map_err(StoreError::failed)?;
        let writer = Writer::start(connection, clock.clone()).map_err(StoreError::failed)?;
        Ok(Self { writer, reader: Arc::new(Mutex::new(reader)), clock })
    }

    async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection, i64) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reader, now) = (self.reader.clone(), self.clock.now());
        let read = move || read(&mut reader.lock().unwrap_or_else(PoisonError::into_inner), now);
        tokio::task::spawn_blocking(read).await.map_err(StoreError::failed)?.map_err(StoreError::failed)
    }
}

/// What a job without a delivery takes while it waits.
const SMALL: usize = 256;

impl Store for SqliteStore {
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended> {
        let bytes = record.bytes();
        let append = move |connection: &Connection, now| statements::append(connection, &record, terms, now);
        Box::pin(self.writer.write(Lasting::Always, bytes, append))
    }

    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>> {
        // After a power cut nobody is left who holds it.
        let lease = move |connection: &Connection, now| statements::lease(connection, wanted, now);
        Box::pin(self.writer.write(Lasting::WithTheSystem, SMALL, lease))
    }

    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled> {
        let lasting = if matches!(outcome, Outcome::Extend(_)) { Lasting::WithTheSystem } else { Lasting::Always };
        let settle = move |connection: &Connection, now| statements::settle(connection, lease, &outcome, now);
        Box::pin(self.writer.write(lasting, SMALL, settle))
    }

    fn find(&self, query: Query) -> Pending<'_, Page> {
        Box::pin(self.read(move |connection, now| statements::find(connection, &query, now)))
    }

    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64> {
        Box::pin(async move {
            let changed = self
                .writer
                .write(Lasting::Always, SMALL, move |connection, now| {
                    statements::amend(connection, &selection, change, now)
                })
                .await?;
            if change == Change::Erase {
                // The log still holds what was erased. Others that read stand in the way, and empty it later.
                let checkpoint = |connection: &mut Connection, _| {
                    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
                    Ok(())
                };
                self.read(checkpoint).await?;
            }
            Ok(changed)
        })
    }

    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept> {
        let sweep = move |connection: &Connection, now| statements::sweep(connection, horizon, limit, now);
        Box::pin(self.writer.write(Lasting::Always, SMALL, sweep))
    }
}

#[cfg(test)]
mod tests;
