//! The Durable Object: deliveries in SQLite, each of them once, for some days.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use worker::js_sys;
use worker::wasm_bindgen::{self, JsValue};
use worker::{DurableObject, Env, Error, Method, Request, Response, Result, SqlStorageValue, State};
use worker::{ScheduledTime, durable_object};

use crate::record::Record;

/// How long a delivery is kept, and so how long a repeated one is known. Senders repeat for days.
const HORIZON: u64 = 7 * 24 * 60 * 60 * 1000;

/// The shortest time between two clearings.
const PAUSE: u64 = 60 * 60 * 1000;

/// How many deliveries one answer lists at the most.
const PAGE: i64 = 100;

/// What is not accepted is no duplicate of what is: a delivery that was set aside may come again once the settings take it. A key
/// that is null is no duplicate of any other.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS deliveries (
        seq           INTEGER PRIMARY KEY AUTOINCREMENT,
        received_at   INTEGER NOT NULL,
        vendor        TEXT    NOT NULL,
        decision      TEXT    NOT NULL,
        key           TEXT,
        type          TEXT,
        headers       TEXT    NOT NULL,
        body          BLOB    NOT NULL,
        digest        TEXT    NOT NULL,
        verdict       TEXT    NOT NULL,
        redeliveries  INTEGER NOT NULL DEFAULT 0,
        UNIQUE (vendor, decision, key, digest)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS deliveries_by_age ON deliveries (received_at);
";

const IS_OF_BEFORE: &str = "SELECT 1 FROM pragma_table_info('deliveries') WHERE name = 'body_sha256'";

/// Keys could not be null before. Numbers go on where they were. A digest of before covers the body alone, so what comes again
/// after the change is kept once more.
const SET_APART: &str = "
    ALTER TABLE deliveries RENAME TO deliveries_of_before;
    DROP INDEX deliveries_by_age;
";
const TAKE_OVER: &str = "
    INSERT INTO deliveries
    SELECT seq, received_at, vendor, decision, nullif(key, ''), type, headers, body, body_sha256, verdict, redeliveries
    FROM deliveries_of_before;
    INSERT OR IGNORE INTO deliveries (seq, received_at, vendor, decision, headers, body, digest, verdict)
    SELECT seq, 0, 'none', '', '', x'', '', '' FROM sqlite_sequence WHERE name = 'deliveries_of_before';
    DELETE FROM deliveries WHERE vendor = 'none';
    DROP TABLE deliveries_of_before;
";

const INSERT: &str = "
    INSERT INTO deliveries (received_at, vendor, decision, key, type, headers, body, digest, verdict)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (vendor, decision, key, digest) DO UPDATE SET redeliveries = redeliveries + 1
";

const LIST: &str = "
    SELECT seq, received_at, vendor, decision, key, type, headers, body, verdict, redeliveries
    FROM deliveries WHERE seq > ? ORDER BY seq LIMIT ?
";

/// Deliveries of one vendor.
///
/// `POST` keeps a record; `GET /?after=SEQ&limit=COUNT` lists what was kept behind `SEQ`, at most 100 at a time. Only Workers
/// with a binding can ask it.
#[durable_object(alarm)]
pub struct Deliveries {
    state: State,
}

impl DurableObject for Deliveries {
    fn new(state: State, _env: Env) -> Self {
        // Where this fails, so does what needs the table, and the sender hears of it.
        let deliveries = Self { state };
        if let Err(error) = deliveries.prepare() {
            worker::console_error!("hookvet: {error}");
        }
        deliveries
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        match request.method() {
            Method::Post => {
                self.keep(&Record::from_bytes(&request.bytes().await?)?).await?;
                Ok(Response::empty()?.with_status(204))
            }
            Method::Get => Response::from_json(&self.list(&request)?),
            _ => Response::error("Method Not Allowed", 405),
        }
    }

    /// Deletes what is older than the horizon.
    async fn alarm(&self) -> Result<Response> {
        let now = crate::now_millis();
        let oldest = number(now.saturating_sub(HORIZON))?;
        self.exec("DELETE FROM deliveries WHERE received_at <= ?", vec![oldest])?;
        let rows = self.exec("SELECT min(received_at) FROM deliveries", vec![])?;
        if let Some(Some(SqlStorageValue::Integer(oldest))) = rows.first().map(|row| row.first()) {
            let due = u64::try_from(*oldest).unwrap_or_default() + HORIZON;
            self.wake(due.max(now + PAUSE)).await?;
        }
        Response::empty()
    }
}

impl Deliveries {
    /// Makes the table, or brings that of before to this form. All of it or nothing, since nothing is waited for in between.
    fn prepare(&self) -> Result<()> {
        let is_of_before = !self.exec(IS_OF_BEFORE, vec![])?.is_empty();
        let (first, last) = if is_of_before { (SET_APART, TAKE_OVER) } else { ("", "") };
        self.state.storage().sql().exec(&format!("{first}{SCHEMA}{last}"), None).map(drop)
    }

    async fn keep(&self, record: &Record) -> Result<()> {
        let now = crate::now_millis();
        let values = vec![
            number(now)?,
            record.vendor.as_str().into(),
            record.decision.as_str().into(),
            record.key.as_deref().into(),
            record.event_type.as_deref().into(),
            serde_json::to_string(&record.headers)?.into(),
            record.body.clone().into(),
            record.digest.as_str().into(),
            record.verdict.as_str().into(),
        ];
        self.exec(INSERT, values)?;
        if self.state.storage().get_alarm().await?.is_none() {
            self.wake(now + HORIZON).await?;
        }
        Ok(())
    }

    fn list(&self, request: &Request) -> Result<serde_json::Value> {
        let url = request.url()?;
        let asked = |name| url.query_pairs().find(|(other, _)| other == name)?.1.parse::<i64>().ok();
        let (after, limit) = (asked("after").unwrap_or(0), asked("limit").unwrap_or(PAGE).clamp(1, PAGE));
        let rows = self.exec(LIST, vec![SqlStorageValue::try_from_i64(after)?, limit.into()])?;
        let names = [
            "seq",
            "receivedAt",
            "vendor",
            "decision",
            "key",
            "type",
            "headers",
            "bodyBase64",
            "verdict",
            "redeliveries",
        ];
        let row =
            |row: Vec<SqlStorageValue>| names.iter().map(|name| (*name).to_owned()).zip(row.into_iter().map(value));
        Ok(rows.into_iter().map(|values| row(values).collect::<serde_json::Map<_, _>>()).collect())
    }

    fn exec(&self, statement: &str, values: Vec<SqlStorageValue>) -> Result<Vec<Vec<SqlStorageValue>>> {
        self.state.storage().sql().exec(statement, values)?.raw().collect()
    }

    async fn wake(&self, at: u64) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "a date in JavaScript is a float")]
        let date = js_sys::Date::new(&JsValue::from_f64(at as f64));
        self.state.storage().set_alarm(ScheduledTime::new(date)).await
    }
}

fn number(value: u64) -> Result<SqlStorageValue> {
    SqlStorageValue::try_from_i64(i64::try_from(value).map_err(|_| Error::from("a time beyond all times"))?)
}

fn value(value: SqlStorageValue) -> serde_json::Value {
    match value {
        SqlStorageValue::Null => json!(null),
        SqlStorageValue::Boolean(value) => json!(value),
        SqlStorageValue::Integer(value) => json!(value),
        SqlStorageValue::Float(value) => json!(value),
        SqlStorageValue::String(value) => json!(value),
        SqlStorageValue::Blob(value) => json!(BASE64_STANDARD.encode(value)),
    }
}
