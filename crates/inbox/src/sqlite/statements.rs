//! The statements, each run inside a transaction of the thread that writes.

use std::fmt::Write as _;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use crate::record::{Delivery, Note, Record, State};
use crate::store::{
    Appended, Arrival, Change, Dialect, Filter, Horizon, Lease, Leased, Outcome, Page, Query, Selection, Settled,
    Stats, Swept, Terms, Wanted, millis,
};

const READY: i16 = State::Ready.code();
const LEASED: i16 = State::Leased.code();

/// Every column of a delivery, and how often it came again.
macro_rules! columns {
    () => {
        "seq, received_at, state, due_at, attempts, token, is_conflict, vendor, key, id, type, subject, note, digest, verdict, \
         headers, body, (SELECT hits FROM hookvet_seen WHERE hookvet_seen.seq = hookvet_delivery.seq)"
    };
}

/// The time of the last delivery.
pub(super) fn last_time(connection: &Connection) -> rusqlite::Result<i64> {
    let last = "SELECT received_at FROM hookvet_delivery ORDER BY seq DESC LIMIT 1";
    Ok(connection.query_row(last, [], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub(super) fn append(
    connection: &Connection,
    record: &Record,
    terms: Option<Terms>,
    now: i64,
) -> rusqlite::Result<Appended> {
    let mut is_conflict = false;
    if let Some(key) = &record.key {
        let mut known = connection.prepare_cached(
            "SELECT seq, digest = ?4 FROM hookvet_seen WHERE vendor = ?1 AND key = ?2 AND is_quarantined = ?3 ORDER BY 2 DESC",
        )?;
        let known = known
            .query_row(params![record.vendor, key, record.is_quarantined, record.digest], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        match known {
            Some((seq, true)) => return duplicate(connection, seq, terms, now),
            known => is_conflict = known.is_some(),
        }
    }
    let terms = terms.filter(|_| !record.is_quarantined);
    let (state, due_at) = match terms {
        _ if record.is_quarantined => (State::Quarantined, None),
        Some(terms) => (State::Leased, Some(now.saturating_add(millis(terms.duration)))),
        None => (State::Ready, Some(now)),
    };
    let taken = i64::from(terms.is_some());
    connection
        .prepare_cached(
            "INSERT INTO hookvet_delivery (received_at, state, due_at, attempts, token, is_conflict, vendor, key, id, type, subject, \
             digest, verdict, headers, body) VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            now,
            state.code(),
            due_at,
            taken,
            is_conflict,
            record.vendor,
            record.key,
            record.id,
            record.event_type,
            record.subject,
            record.digest,
            record.verdict,
            record.headers_json(),
            &record.body[..]
        ])?;
    let seq = connection.last_insert_rowid();
    if let Some(key) = &record.key {
        connection
            .prepare_cached(
                "INSERT INTO hookvet_seen (seq, vendor, key, is_quarantined, digest, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![seq, record.vendor, key, record.is_quarantined, record.digest, now])?;
    }
    let arrival = if is_conflict { Arrival::Conflict } else { Arrival::New };
    Ok(Appended { seq, arrival, lease: terms.map(|_| held(seq, taken)) })
}

/// Counts one that is there, and leases it where it is free.
fn duplicate(connection: &Connection, seq: i64, terms: Option<Terms>, now: i64) -> rusqlite::Result<Appended> {
    connection.prepare_cached("UPDATE hookvet_seen SET hits = hits + 1 WHERE seq = ?1")?.execute([seq])?;
    let state = connection
        .prepare_cached("SELECT state FROM hookvet_delivery WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?
        .map_or(State::Done, State::of_code);
    let lease = match terms {
        Some(terms) => connection
            .prepare_cached(
                "UPDATE hookvet_delivery SET state = iif(attempts < ?2, 1, 3), due_at = iif(attempts < ?2, ?3, NULL), \
                 attempts = attempts + (attempts < ?2), token = token + 1 \
                 WHERE seq = ?1 AND (state = 0 OR (state = 1 AND due_at <= ?4)) RETURNING state, token",
            )?
            .query_row(params![seq, terms.max_attempts, now.saturating_add(millis(terms.duration)), now], |row| {
                Ok((row.get::<_, i16>(0)?, row.get(1)?))
            })
            .optional()?
            .filter(|(state, _)| *state == LEASED)
            .map(|(_, token)| held(seq, token)),
        None => None,
    };
    Ok(Appended { seq, arrival: Arrival::Duplicate(state), lease })
}

fn held(seq: i64, token: i64) -> Lease {
    Lease { seq, token, dialect: Some(Dialect::Sqlite) }
}

pub(super) fn lease(connection: &Connection, wanted: Wanted, now: i64) -> rusqlite::Result<Vec<Leased>> {
    const UPDATE: &str = "UPDATE hookvet_delivery SET state = iif(attempts < ?1, 1, 3), due_at = iif(attempts < ?1, ?2, NULL), \
         attempts = attempts + (attempts < ?1), token = token + 1 \
         WHERE seq IN (SELECT seq FROM hookvet_delivery AS due WHERE due_at <= ?3";
    const IN_ORDER: &str = " AND NOT EXISTS (SELECT 1 FROM hookvet_delivery AS earlier WHERE earlier.subject = due.subject \
         AND earlier.vendor = due.vendor AND earlier.seq < due.seq AND earlier.due_at IS NOT NULL)";
    let in_order = if wanted.in_order {
        // Made by the first who asks for order, since it costs those something who do not.
        connection
            .prepare_cached(
                "CREATE INDEX IF NOT EXISTS hookvet_order ON hookvet_delivery (subject, vendor, seq) WHERE due_at IS NOT NULL",
            )?
            .execute([])?;
        IN_ORDER
    } else {
        ""
    };
    let statement = format!("{UPDATE}{in_order} ORDER BY due_at, seq LIMIT ?4) RETURNING {}", columns!());
    let until = now.saturating_add(millis(wanted.terms.duration));
    let mut statement = connection.prepare_cached(&statement)?;
    let rows = statement.query_map(params![wanted.terms.max_attempts, until, now, wanted.count], |row| {
        Ok(Leased { lease: held(row.get(0)?, row.get(5)?), delivery: delivery(row)? })
    })?;
    let mut leased = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    leased.retain(|leased| leased.delivery.state == State::Leased);
    leased.sort_unstable_by_key(|leased| leased.lease.seq);
    Ok(leased)
}

pub(super) fn settle(connection: &Connection, lease: Lease, outcome: &Outcome, now: i64) -> rusqlite::Result<Settled> {
    let later = |time| Some(now.saturating_add(millis(time)));
    let (state, due_at, note) = match outcome {
        Outcome::Done => (State::Done, None, None),
        Outcome::Retry { after, note } => (State::Ready, later(*after), note.as_ref()),
        Outcome::Dead { note } => (State::Dead, None, note.as_ref()),
        Outcome::Extend(time) => (State::Leased, later(*time), None),
    };
    let changed = connection
        .prepare_cached(
            "UPDATE hookvet_delivery SET state = ?3, due_at = ?4, token = token + (?3 <> 1), note = coalesce(?5, note) \
             WHERE seq = ?1 AND token = ?2 AND state = 1",
        )?
        .execute(params![lease.seq, lease.token, state.code(), due_at, note.map(Note::as_str)])?;
    Ok(if changed == 1 { Settled::Settled } else { Settled::Lost })
}

pub(super) fn find(connection: &mut Connection, query: &Query, now: i64) -> rusqlite::Result<Page> {
    // Page and counts are of one moment.
    let connection = &connection.transaction()?;
    let (conditions, mut values) = conditions(&query.filter);
    values.push(Value::Integer(query.after));
    values.push(Value::Integer(i64::from(query.limit) + 1));
    let statement =
        format!("SELECT {} FROM hookvet_delivery WHERE {conditions} AND seq > ? ORDER BY seq LIMIT ?", columns!());
    let mut statement = connection.prepare_cached(&statement)?;
    let deliveries = statement.query_map(params_from_iter(values), delivery)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let stats = if query.with_stats { Some(stats(connection, now)?) } else { None };
    Ok(Page::of(deliveries, query.limit, stats))
}

fn stats(connection: &Connection, now: i64) -> rusqlite::Result<Stats> {
    let mut stats = Stats::default();
    // Each from an index of its own.
    let mut counts = connection.prepare_cached(
        "SELECT state, count(*) FROM hookvet_delivery WHERE due_at IS NOT NULL GROUP BY state \
         UNION ALL SELECT state, count(*) FROM hookvet_delivery WHERE state IN (3, 4) GROUP BY state",
    )?;
    let mut rows = counts.query([])?;
    while let Some(row) = rows.next()? {
        let count = row.get::<_, i64>(1)?.unsigned_abs();
        match State::of_code(row.get(0)?) {
            State::Ready => stats.ready = count,
            State::Leased => stats.leased = count,
            State::Dead => stats.dead = count,
            State::Quarantined => stats.quarantined = count,
            State::Done => {}
        }
    }
    stats.oldest_ready_ms = connection
        .prepare_cached(
            "SELECT ?1 - due_at FROM hookvet_delivery WHERE due_at <= ?1 AND state = ?2 ORDER BY due_at LIMIT 1",
        )?
        .query_row(params![now, READY], |row| row.get(0))
        .optional()?;
    Ok(stats)
}

pub(super) fn amend(connection: &Connection, selection: &Selection, change: Change, now: i64) -> rusqlite::Result<u64> {
    let (conditions, mut values) = conditions(&selection.filter);
    let fits = match change {
        Change::Retry => "state <> 4",
        Change::Kill => "due_at IS NOT NULL",
        Change::Release => "state = 4",
        Change::Erase => "1",
    };
    values.push(Value::Integer(selection.limit.map_or(-1, i64::from)));
    let chosen = format!("SELECT seq FROM hookvet_delivery WHERE {conditions} AND {fits} ORDER BY seq LIMIT ?");
    let seqs = connection
        .prepare_cached(&chosen)?
        .query_map(params_from_iter(values), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    for seq in &seqs {
        match change {
            Change::Retry => connection
                .prepare_cached(
                    "UPDATE hookvet_delivery SET state = 0, due_at = ?2, attempts = 0, token = token + 1 WHERE seq = ?1",
                )?
                .execute([*seq, now])?,
            Change::Kill => connection
                .prepare_cached("UPDATE hookvet_delivery SET state = 3, due_at = NULL, token = token + 1 WHERE seq = ?1")?
                .execute([*seq])?,
            Change::Release => release(connection, *seq, now)?,
            Change::Erase => {
                connection.prepare_cached("DELETE FROM hookvet_delivery WHERE seq = ?1")?.execute([*seq])?
            }
        };
    }
    Ok(seqs.len() as u64)
}

/// Its key becomes that of an accepted delivery, unless there is one: then that one counts.
fn release(connection: &Connection, seq: i64, now: i64) -> rusqlite::Result<usize> {
    connection.prepare_cached("UPDATE OR IGNORE hookvet_seen SET is_quarantined = 0 WHERE seq = ?1")?.execute([seq])?;
    connection
        .prepare_cached(
            "UPDATE hookvet_delivery SET token = token + 1, \
             state = iif(EXISTS (SELECT 1 FROM hookvet_seen AS seen WHERE seen.seq = ?1 AND seen.is_quarantined), 2, 0), \
             due_at = iif(EXISTS (SELECT 1 FROM hookvet_seen AS seen WHERE seen.seq = ?1 AND seen.is_quarantined), NULL, ?2) \
             WHERE seq = ?1",
        )?
        .execute([seq, now])
}

pub(super) fn sweep(connection: &Connection, horizon: Horizon, limit: u32, now: i64) -> rusqlite::Result<Swept> {
    let (deliveries, keys) = horizon.cutoffs(now);
    // Sequence and time grow together, so what is old stands first, and the search for the first that is not is short.
    let deliveries = connection
        .prepare_cached(
            "DELETE FROM hookvet_delivery WHERE seq IN (SELECT seq FROM hookvet_delivery WHERE state = 2 AND seq < coalesce((\
             SELECT seq FROM hookvet_delivery WHERE received_at >= ?1 ORDER BY seq LIMIT 1), 9223372036854775807) \
             ORDER BY seq LIMIT ?2)",
        )?
        .execute(params![deliveries, limit])?;
    let keys = connection
        .prepare_cached(
            "DELETE FROM hookvet_seen WHERE seq IN (SELECT seq FROM hookvet_seen AS old WHERE seq < coalesce((\
             SELECT seq FROM hookvet_seen WHERE seen_at >= ?1 ORDER BY seq LIMIT 1), 9223372036854775807) \
             AND NOT EXISTS (SELECT 1 FROM hookvet_delivery WHERE hookvet_delivery.seq = old.seq) ORDER BY seq LIMIT ?2)",
        )?
        .execute(params![keys, limit])?;
    // Something is written at the commit even where nothing was deleted.
    connection.prepare_cached("UPDATE hookvet_layout SET version = version")?.execute([])?;
    if deliveries + keys > 0 {
        // Gives pages back to the file system, where the file was made so.
        let mut vacuum = connection.prepare_cached("PRAGMA incremental_vacuum(256)")?;
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(Swept { deliveries: deliveries as u64, keys: keys as u64 })
}

/// A condition that is true for what the filter means, and its values.
fn conditions(filter: &Filter) -> (String, Vec<Value>) {
    let mut text = String::from("1");
    let mut values = Vec::new();
    if let Some(seqs) = &filter.seqs {
        text.push_str(" AND seq IN (SELECT value FROM json_each(?))");
        values.push(Value::Text(serde_json::json!(seqs).to_string()));
    }
    let mut and = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            text.push_str(" AND ");
            text.push_str(condition);
            values.push(value);
        }
    };
    let word = |text: &Option<String>| text.clone().map(Value::Text);
    and("vendor = ?", word(&filter.vendor));
    and("type = ?", word(&filter.event_type));
    and("subject = ?", word(&filter.subject));
    and("key = ?", word(&filter.key));
    and("received_at >= ?", filter.since.map(Value::Integer));
    and("received_at < ?", filter.until.map(Value::Integer));
    if let Some(state) = filter.state {
        // Written out, so that the index of what is set aside is used.
        let _ = write!(text, " AND state = {}", state.code());
    }
    (text, values)
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let state = State::of_code(row.get(2)?);
    Ok(Delivery {
        seq: row.get(0)?,
        received_at: row.get(1)?,
        state,
        due_at: row.get(3)?,
        attempts: row.get(4)?,
        is_conflict: row.get(6)?,
        redeliveries: row.get::<_, Option<i64>>(17)?.unwrap_or(0).unsigned_abs(),
        note: row.get::<_, Option<String>>(12)?.map(|text| Note::new(&text)),
        record: Record {
            vendor: row.get(7)?,
            key: row.get(8)?,
            id: row.get(9)?,
            event_type: row.get(10)?,
            subject: row.get(11)?,
            digest: row.get(13)?,
            verdict: row.get(14)?,
            headers: Record::headers_of_json(row.get_ref(15)?.as_str()?),
            body: row.get::<_, Vec<u8>>(16)?.into(),
            is_quarantined: state == State::Quarantined,
        },
    })
}
