//! Makes the tables, or brings those of an earlier layout to this one. What is anything else is refused and left as it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use hookvet_receiver::event_digest;
use rusqlite::{Connection, TransactionBehavior, params};
use serde_json::Value;

use crate::store::StoreError;

/// The number of the layout, also SQLite's `user_version`. 0 and 1 are those of `hookvet serve` before there were workers.
pub(super) const LAYOUT: i64 = 2;

/// "hkvt": tells a file of ours from any other.
const APPLICATION: i64 = 0x686B_7674;

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// How long to wait before a lock is asked for again for which SQLite itself does not wait.
const PAUSE: Duration = Duration::from_millis(10);

/// The columns of the table `deliveries` in the layouts before.
const COLUMNS_OF_0: &str = "seq received_at vendor key id type subject headers body body_sha256 verdict redeliveries";
const COLUMNS_OF_1: &str = "seq received_at vendor key id type subject headers body digest verdict redeliveries";

/// `is_shared`: the tables stand beside those of an application.
pub(super) fn prepare(connection: &mut Connection, file: &Path, is_shared: bool) -> Result<(), StoreError> {
    // Zeroes what is taken out of the file.
    connection.pragma_update(None, "secure_delete", "ON").map_err(StoreError::failed)?;
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).map_err(StoreError::failed)?;
    if pages == 0 {
        // Only before the first table.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(StoreError::failed)?;
    }
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::failed)?;
    let found = Found::read(&transaction).map_err(StoreError::failed)?;
    match found.layout {
        Some(LAYOUT) => return Ok(()),
        Some(other) => {
            return Err(StoreError::Failed(format!(
                "expected layout {LAYOUT} of the store, but found {other}: a later version of hookvet has written it; start that one, or \
             name another store"
            )));
        }
        None if found.is_empty || is_shared => transaction.execute_batch(SCHEMA).map_err(StoreError::failed)?,
        None if found.is_of_before() => {
            close_to_others(file).map_err(StoreError::failed)?;
            transaction.execute_batch(SCHEMA).map_err(StoreError::failed)?;
            take_over(&transaction).map_err(|error| {
                StoreError::Failed(format!(
                    "cannot bring it to the layout of this version; its deliveries are as they were: {error}"
                ))
            })?;
        }
        None => {
            return Err(StoreError::Failed("it is a database of something else; name another file".into()));
        }
    }
    if !is_shared {
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(StoreError::failed)?;
        transaction.pragma_update(None, "user_version", LAYOUT).map_err(StoreError::failed)?;
    }
    transaction.commit().map_err(StoreError::failed)?;
    // Empties a log of before, which may hold the same credentials. Whoever else reads the file may stand in the way.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    Ok(())
}

/// What a file is before it is touched.
struct Found {
    layout: Option<i64>,
    is_empty: bool,
    version: i64,
    columns_of_before: String,
}

impl Found {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let (application, version) = (pragma("application_id")?, pragma("user_version")?);
        let names = "SELECT coalesce(group_concat(name, ' '), '') FROM ";
        let text = |from: &str| connection.query_row(&format!("{names} {from}"), [], |row| row.get::<_, String>(0));
        let tables = text("sqlite_schema WHERE type = 'table'")?;
        let layout = if tables.split(' ').any(|name| name == "hookvet_layout") {
            Some(connection.query_row("SELECT version FROM hookvet_layout", [], |row| row.get(0))?)
        } else {
            // A later layout may be without that table.
            (application == APPLICATION).then_some(version)
        };
        let columns_of_before = text("pragma_table_info('deliveries')")?;
        Ok(Self { layout, is_empty: tables.is_empty() && version == 0 && application == 0, version, columns_of_before })
    }

    fn is_of_before(&self) -> bool {
        matches!((self.version, &*self.columns_of_before), (0, COLUMNS_OF_0) | (1, COLUMNS_OF_1))
    }
}

/// From the one table of layouts 0 and 1. Nobody had marked its deliveries as worked on, so all of them are ready.
fn take_over(connection: &Connection) -> Result<(), Box<dyn std::error::Error>> {
    let mut select =
        connection.prepare("SELECT seq, headers, verdict, body, received_at FROM deliveries ORDER BY seq")?;
    let mut rows = select.query([])?;
    let mut copy = connection.prepare(
        "INSERT INTO hookvet_delivery
             (seq, received_at, state, due_at, is_conflict, vendor, key, id, type, subject, digest, verdict, headers, body)
         SELECT seq, ?4, 0, ?4,
                EXISTS (SELECT 1 FROM deliveries AS earlier
                        WHERE earlier.vendor = now.vendor AND earlier.key = nullif(now.key, '') AND earlier.seq < now.seq),
                vendor, nullif(key, ''), nullif(id, ''), nullif(type, ''), subject, ?3, verdict, ?2, body
         FROM deliveries AS now WHERE seq = ?1",
    )?;
    let mut know = connection.prepare(
        "INSERT INTO hookvet_seen (seq, vendor, key, is_quarantined, digest, seen_at, hits)
         SELECT seq, vendor, key, 0, ?2, ?3, redeliveries FROM deliveries WHERE seq = ?1 AND key <> ''",
    )?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let headers = without_credentials(row.get_ref(1)?.as_str()?)?;
        let verdict: Value = serde_json::from_str(row.get_ref(2)?.as_str()?)?;
        let digest = event_digest(attributes(&verdict["event"]), row.get_ref(3)?.as_blob()?);
        let received_at = milliseconds(connection, row.get_ref(4)?.as_str()?)?;
        copy.execute(params![seq, headers, digest, received_at])?;
        know.execute(params![seq, digest, received_at])?;
    }
    drop(rows);
    drop(select);
    connection.execute_batch("DROP TABLE deliveries")?;
    Ok(())
}

/// A time as it was written before; 0 where it is none.
fn milliseconds(connection: &Connection, time: &str) -> rusqlite::Result<i64> {
    connection
        .query_row("SELECT coalesce(cast(unixepoch(?1, 'subsec') * 1000 AS INTEGER), 0)", [time], |row| row.get(0))
}

/// Headers without those that may hold a credential; of the time of layout 0 there were no configured ones.
fn without_credentials(headers: &str) -> serde_json::Result<String> {
    let mut headers: Vec<[String; 2]> = serde_json::from_str(headers)?;
    headers.retain(|[name, _]| !["authorization", "proxy-authorization", "cookie"].contains(&name.as_str()));
    serde_json::to_string(&headers)
}

/// The context attributes in a verdict's JSON form.
fn attributes(event: &Value) -> impl Iterator<Item = (&str, &str)> {
    let named = ["id", "source", "type", "subject", "time"].into_iter().map(|name| (name, &event[name]));
    let further = event["attributes"].as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    named.chain(further).filter_map(|(name, value)| Some((name, value.as_str()?)))
}

/// Closes a file of before the store was private, and those beside it.
#[cfg(unix)]
fn close_to_others(file: &Path) -> std::io::Result<()> {
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
fn close_to_others(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Switches to a write-ahead log, with which readers and the writer do not wait for each other.
pub(super) fn write_ahead(connection: &Connection, patience: Duration) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => {
                let why = "its file system cannot hold a write-ahead log; put it on a local disk";
                return Err(StoreError::Failed(why.into()));
            }
            // Another process is opening it.
            Err(error) if is_busy(&error) && started.elapsed() < patience => thread::sleep(PAUSE),
            Err(error) => return Err(StoreError::failed(error)),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}
