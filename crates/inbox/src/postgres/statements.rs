//! The statements. Each is sent with its types and prepared nowhere, so that a connection between transactions holds nothing and
//! PgBouncer may stand in between.

use std::fmt::Write as _;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{GenericClient, Row};

use crate::record::{Delivery, Note, Record, State};
use crate::store::{
    Appended, Arrival, Change, Dialect, Filter, Horizon, Lease, Leased, Outcome, Page, Query, Selection, Settled,
    Stats, Swept, Terms, Wanted, millis,
};

type Result<T> = std::result::Result<T, tokio_postgres::Error>;

const COLUMNS: &str = "d.seq, d.received_at, d.state, d.due_at, d.attempts, d.token, d.is_conflict, d.vendor, d.key, d.id, d.type, \
                       d.subject, d.note, d.digest, d.verdict, d.headers, d.body, \
                       (SELECT hits FROM hookvet.seen WHERE seen.seq = d.seq)";

/// PostgreSQL's texts hold no NUL.
fn text(text: Option<&String>) -> Option<String> {
    text.map(|text| text.replace('\0', "\u{FFFD}"))
}

fn held(seq: i64, token: i64) -> Lease {
    Lease { seq, token, dialect: Some(Dialect::Postgres) }
}

/// What was asked for each record, in the same order. No key stands in `records` twice.
pub(super) async fn append(client: &impl GenericClient, records: &[(&Record, Option<Terms>)]) -> Result<Vec<Appended>> {
    fn column<'r, T>(records: &[(&'r Record, Option<Terms>)], get: impl Fn(&'r Record, Option<Terms>) -> T) -> Vec<T> {
        records.iter().map(|(record, terms)| get(record, *terms)).collect()
    }
    let vendors = column(records, |record, _| record.vendor.as_str());
    let keys = column(records, |record, _| record.key.as_ref().map(String::as_bytes));
    let digests = column(records, |record, _| &record.digest[..]);
    let ids = column(records, |record, _| text(record.id.as_ref()));
    let types = column(records, |record, _| text(record.event_type.as_ref()));
    let subjects = column(records, |record, _| text(record.subject.as_ref()));
    let verdicts = column(records, |record, _| record.verdict.replace('\0', "\u{FFFD}"));
    let headers = column(records, |record, _| record.headers_json());
    let bodies = column(records, |record, _| &record.body[..]);
    let quarantined = column(records, |record, _| record.is_quarantined);
    let durations = column(records, |_, terms| terms.map(|terms| millis(terms.duration)));
    let attempts = column(records, |_, terms| terms.map(|terms| i64::from(terms.max_attempts)));
    let parameters: [(&(dyn ToSql + Sync), Type); 12] = [
        (&vendors, Type::TEXT_ARRAY),
        (&keys, Type::BYTEA_ARRAY),
        (&digests, Type::BYTEA_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&types, Type::TEXT_ARRAY),
        (&subjects, Type::TEXT_ARRAY),
        (&verdicts, Type::TEXT_ARRAY),
        (&headers, Type::TEXT_ARRAY),
        (&bodies, Type::BYTEA_ARRAY),
        (&quarantined, Type::BOOL_ARRAY),
        (&durations, Type::INT8_ARRAY),
        (&attempts, Type::INT8_ARRAY),
    ];
    let rows = client.query_typed(include_str!("append.sql"), &parameters).await?;
    let mut all = Vec::with_capacity(rows.len());
    for (row, (record, terms)) in rows.iter().zip(records) {
        let seq: i64 = row.try_get(0)?;
        let (is_new, is_conflict): (bool, bool) = (row.try_get(1)?, row.try_get(2)?);
        all.push(if is_new {
            let lease = terms.filter(|_| !record.is_quarantined).map(|_| held(seq, 1));
            Appended { seq, arrival: if is_conflict { Arrival::Conflict } else { Arrival::New }, lease }
        } else if row.try_get::<_, Option<i16>>(3)?.is_some() {
            duplicate(row, 3, seq)?
        } else {
            // It was swept; or it was stored while this statement waited for it, which began before that and does not see it.
            let parameters: [(&(dyn ToSql + Sync), Type); 3] = [
                (&seq, Type::INT8),
                (&terms.map(|terms| millis(terms.duration)), Type::INT8),
                (&terms.map(|terms| i64::from(terms.max_attempts)), Type::INT8),
            ];
            match client.query_typed(include_str!("take.sql"), &parameters).await?.first() {
                Some(row) => duplicate(row, 0, seq)?,
                None => Appended { seq, arrival: Arrival::Duplicate(State::Done), lease: None },
            }
        });
    }
    Ok(all)
}

/// From its state before, and its state and token where it was taken, in three columns from `first` on.
fn duplicate(row: &Row, first: usize, seq: i64) -> Result<Appended> {
    let before = State::of_code(row.try_get(first)?);
    let taken: (Option<i16>, Option<i64>) = (row.try_get(first + 1)?, row.try_get(first + 2)?);
    let lease = match taken {
        (Some(state), Some(token)) if State::of_code(state) == State::Leased => Some(held(seq, token)),
        _ => None,
    };
    Ok(Appended { seq, arrival: Arrival::Duplicate(before), lease })
}

pub(super) async fn lease(client: &impl GenericClient, wanted: Wanted) -> Result<Vec<Leased>> {
    const IN_ORDER: &str = "AND NOT EXISTS (SELECT 1 FROM hookvet.delivery AS earlier WHERE earlier.subject = due.subject \
         AND earlier.vendor = due.vendor AND earlier.seq < due.seq AND earlier.due_at IS NOT NULL AND earlier.subject IS NOT NULL)";
    let statement = format!(
        "WITH due AS MATERIALIZED (SELECT seq FROM hookvet.delivery AS due WHERE due_at <= (SELECT hookvet.now_ms()) {} \
             ORDER BY due_at, seq LIMIT $3 FOR UPDATE SKIP LOCKED) \
         UPDATE hookvet.delivery AS d SET state = CASE WHEN attempts < $2 THEN 1 ELSE 3 END, \
             due_at = CASE WHEN attempts < $2 THEN hookvet.now_ms() + $1 END, \
             attempts = attempts + (attempts < $2)::int, token = token + 1 \
         FROM due WHERE d.seq = due.seq RETURNING {COLUMNS}",
        if wanted.in_order { IN_ORDER } else { "" }
    );
    let parameters: [(&(dyn ToSql + Sync), Type); 3] = [
        (&millis(wanted.terms.duration), Type::INT8),
        (&i64::from(wanted.terms.max_attempts), Type::INT8),
        (&i64::from(wanted.count), Type::INT8),
    ];
    let rows = client.query_typed(&statement, &parameters).await?;
    let mut leased = Vec::with_capacity(rows.len());
    for row in &rows {
        let delivery = delivery(row)?;
        if delivery.state == State::Leased {
            leased.push(Leased { lease: held(delivery.seq, row.try_get(5)?), delivery });
        }
    }
    leased.sort_unstable_by_key(|leased| leased.lease.seq);
    Ok(leased)
}

/// What was asked for each lease, in the same order. No delivery stands in `all` twice.
pub(super) async fn settle(client: &impl GenericClient, all: &[(Lease, &Outcome)]) -> Result<Vec<Settled>> {
    let parts = |outcome: &Outcome| match outcome {
        Outcome::Done => (State::Done, None, None),
        Outcome::Retry { after, note } => (State::Ready, Some(millis(*after)), note.clone()),
        Outcome::Dead { note } => (State::Dead, None, note.clone()),
        Outcome::Extend(time) => (State::Leased, Some(millis(*time)), None),
    };
    let (mut seqs, mut tokens, mut states, mut afters, mut notes) = (vec![], vec![], vec![], vec![], vec![]);
    for (lease, outcome) in all {
        let (state, after, note) = parts(outcome);
        seqs.push(lease.seq);
        tokens.push(lease.token);
        states.push(state.code());
        afters.push(after);
        notes.push(note.map(|note| note.as_str().to_owned()));
    }
    let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
        (&seqs, Type::INT8_ARRAY),
        (&tokens, Type::INT8_ARRAY),
        (&states, Type::INT2_ARRAY),
        (&afters, Type::INT8_ARRAY),
        (&notes, Type::TEXT_ARRAY),
    ];
    let rows = client.query_typed(include_str!("settle.sql"), &parameters).await?;
    rows.iter().map(|row| Ok(if row.try_get(0)? { Settled::Settled } else { Settled::Lost })).collect()
}

/// Conditions and their values, which are numbered from 1.
#[derive(Default)]
struct Conditions {
    text: String,
    values: Vec<(Box<dyn ToSql + Sync + Send>, Type)>,
}

impl Conditions {
    fn of(filter: &Filter) -> Self {
        let mut all = Self { text: "true".into(), values: Vec::new() };
        let Filter { seqs, vendor, state, event_type, subject, key, since, until } = filter;
        all.and("d.seq = ANY", seqs.clone(), &Type::INT8_ARRAY);
        all.and("d.vendor =", text(vendor.as_ref()), &Type::TEXT);
        all.and("d.type =", text(event_type.as_ref()), &Type::TEXT);
        all.and("d.subject =", text(subject.as_ref()), &Type::TEXT);
        all.and("d.key =", key.as_ref().map(|key| key.as_bytes().to_vec()), &Type::BYTEA);
        all.and("d.received_at >=", *since, &Type::INT8);
        all.and("d.received_at <", *until, &Type::INT8);
        if let Some(state) = state {
            // Written out, so that the index of what is set aside is used.
            let _ = write!(all.text, " AND d.state = {}", state.code());
        }
        all
    }

    fn and(&mut self, condition: &str, value: Option<impl ToSql + Sync + Send + 'static>, kind: &Type) {
        if let Some(value) = value {
            self.values.push((Box::new(value), kind.clone()));
            let _ = write!(self.text, " AND {condition} (${})", self.values.len());
        }
    }

    fn parameters(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.values.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect()
    }
}

pub(super) async fn find(client: &impl GenericClient, query: &Query) -> Result<Page> {
    let mut conditions = Conditions::of(&query.filter);
    conditions.and("d.seq >", Some(query.after), &Type::INT8);
    let statement = format!(
        "SELECT {COLUMNS} FROM hookvet.delivery AS d WHERE {} ORDER BY d.seq LIMIT {}",
        conditions.text,
        i64::from(query.limit) + 1
    );
    let rows = client.query_typed(&statement, &conditions.parameters()).await?;
    let deliveries = rows.iter().map(delivery).collect::<Result<Vec<_>>>()?;
    let stats = if query.with_stats { Some(stats(client).await?) } else { None };
    Ok(Page::of(deliveries, query.limit, stats))
}

async fn stats(client: &impl GenericClient) -> Result<Stats> {
    // Each from an index of its own.
    let statement = "SELECT state, count(*), NULL::bigint FROM hookvet.delivery WHERE due_at IS NOT NULL GROUP BY state \
         UNION ALL SELECT state, count(*), NULL FROM hookvet.delivery WHERE state IN (3, 4) GROUP BY state \
         UNION ALL (SELECT NULL, NULL, hookvet.now_ms() - due_at FROM hookvet.delivery \
                    WHERE due_at <= hookvet.now_ms() AND state = 0 ORDER BY due_at LIMIT 1)";
    let mut stats = Stats::default();
    for row in client.query_typed(statement, &[]).await? {
        if let Some(age) = row.try_get::<_, Option<i64>>(2)? {
            stats.oldest_ready_ms = Some(age);
            continue;
        }
        let count = row.try_get::<_, i64>(1)?.unsigned_abs();
        match State::of_code(row.try_get(0)?) {
            State::Ready => stats.ready = count,
            State::Leased => stats.leased = count,
            State::Dead => stats.dead = count,
            State::Quarantined => stats.quarantined = count,
            State::Done => {}
        }
    }
    Ok(stats)
}

pub(super) async fn amend(client: &impl GenericClient, selection: &Selection, change: Change) -> Result<u64> {
    let conditions = Conditions::of(&selection.filter);
    let fits = match change {
        Change::Retry => "d.state <> 4",
        Change::Kill => "d.due_at IS NOT NULL",
        Change::Release => "d.state = 4",
        Change::Erase => "true",
    };
    let limit = selection.limit.map_or("ALL".to_owned(), |limit| limit.to_string());
    let chosen = format!(
        "WITH chosen AS MATERIALIZED (SELECT seq FROM hookvet.delivery AS d WHERE {} AND {fits} ORDER BY seq LIMIT {limit} \
         FOR UPDATE)",
        conditions.text
    );
    let statement = match change {
        Change::Retry => {
            "UPDATE hookvet.delivery AS d SET state = 0, due_at = hookvet.now_ms(), attempts = 0, token = token + 1 \
             FROM chosen WHERE d.seq = chosen.seq"
        }
        Change::Kill => {
            "UPDATE hookvet.delivery AS d SET state = 3, due_at = NULL, token = token + 1 FROM chosen WHERE d.seq = chosen.seq"
        }
        Change::Erase => "DELETE FROM hookvet.delivery AS d USING chosen WHERE d.seq = chosen.seq",
        // The key becomes that of an accepted delivery, unless there is one with the same digest: then that one counts. Beside another
        // digest it is a variant.
        Change::Release => {
            ", known AS (SELECT chosen.seq, own.digest, own.vendor, own.key, \
                 bool_or(other.digest = own.digest) AS is_same, bool_or(other.variant = '') AS is_taken, \
                 row_number() OVER (PARTITION BY own.vendor, own.key ORDER BY chosen.seq) AS place \
                 FROM chosen JOIN hookvet.seen AS own ON own.seq = chosen.seq \
                 LEFT JOIN hookvet.seen AS other ON other.vendor = own.vendor AND other.key = own.key AND NOT other.is_quarantined \
                 GROUP BY chosen.seq, own.digest, own.vendor, own.key), \
             moved AS (UPDATE hookvet.seen SET is_quarantined = false, \
                 variant = CASE WHEN known.is_taken OR known.place > 1 THEN known.digest ELSE '' END \
                 FROM known WHERE seen.seq = known.seq AND known.is_same IS NOT TRUE) \
             UPDATE hookvet.delivery AS d SET token = token + 1, \
                 state = CASE WHEN known.is_same THEN 2 ELSE 0 END, \
                 due_at = CASE WHEN known.is_same THEN NULL ELSE hookvet.now_ms() END \
             FROM chosen LEFT JOIN known USING (seq) WHERE d.seq = chosen.seq"
        }
    };
    client.execute_typed(&format!("{chosen} {statement}"), &conditions.parameters()).await
}

pub(super) async fn sweep(client: &impl GenericClient, horizon: Horizon, limit: u32) -> Result<Swept> {
    // Sequence and time grow together, so what is old stands first, and the search for the first that is not is short.
    let now: i64 = client.query_typed_one("SELECT hookvet.now_ms()", &[]).await?.try_get(0)?;
    let (deliveries, keys) = horizon.cutoffs(now);
    let limit = i64::from(limit);
    let statement = "DELETE FROM hookvet.delivery WHERE seq IN (SELECT seq FROM hookvet.delivery WHERE state = 2 AND seq < \
         coalesce((SELECT seq FROM hookvet.delivery WHERE received_at >= $1 ORDER BY seq LIMIT 1), 9223372036854775807) \
         ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED)";
    let deliveries = client.execute_typed(statement, &[(&deliveries, Type::INT8), (&limit, Type::INT8)]).await?;
    let statement = "DELETE FROM hookvet.seen WHERE seq IN (SELECT seq FROM hookvet.seen AS old WHERE seq < \
         coalesce((SELECT seq FROM hookvet.seen WHERE seen_at >= $1 ORDER BY seq LIMIT 1), 9223372036854775807) \
         AND NOT EXISTS (SELECT 1 FROM hookvet.delivery WHERE delivery.seq = old.seq) ORDER BY seq LIMIT $2 FOR UPDATE SKIP LOCKED)";
    let keys = client.execute_typed(statement, &[(&keys, Type::INT8), (&limit, Type::INT8)]).await?;
    // Something is written even where nothing was deleted.
    client.execute_typed("UPDATE hookvet.layout SET probed_at = now()", &[]).await?;
    Ok(Swept { deliveries, keys })
}

fn delivery(row: &Row) -> Result<Delivery> {
    let state = State::of_code(row.try_get(2)?);
    let digest: &[u8] = row.try_get(13)?;
    let key: Option<&[u8]> = row.try_get(8)?;
    Ok(Delivery {
        seq: row.try_get(0)?,
        received_at: row.try_get(1)?,
        state,
        due_at: row.try_get(3)?,
        attempts: u32::try_from(row.try_get::<_, i64>(4)?).unwrap_or(u32::MAX),
        is_conflict: row.try_get(6)?,
        redeliveries: row.try_get::<_, Option<i64>>(17)?.unwrap_or(0).unsigned_abs(),
        note: row.try_get::<_, Option<&str>>(12)?.map(Note::new),
        record: Record {
            vendor: row.try_get(7)?,
            key: key.map(|key| String::from_utf8_lossy(key).into_owned()),
            id: row.try_get(9)?,
            event_type: row.try_get(10)?,
            subject: row.try_get(11)?,
            digest: digest.try_into().unwrap_or_default(),
            verdict: row.try_get(14)?,
            headers: Record::headers_of_json(row.try_get(15)?),
            body: row.try_get::<_, Vec<u8>>(16)?.into(),
            is_quarantined: state == State::Quarantined,
        },
    })
}
