//! What the engines do at best with the same row: no duplicates are told, nothing is answered.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use futures_util::future::join_all;
use rusqlite::{Connection, params};

use crate::engine::{Nats, Postgres};
use crate::load::{BODY, Rate, SENDERS, record};

/// One thread, the same pragmas, one transaction for as many rows as there are senders. One table with one unique index.
pub(crate) fn sqlite(file: &Path, time: Duration) -> Result<Rate> {
    let mut connection = Connection::open(file)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE delivery (seq INTEGER PRIMARY KEY, received_at INTEGER, vendor TEXT, key TEXT, id TEXT, type TEXT, \
         subject TEXT, digest BLOB, verdict TEXT, headers TEXT, body BLOB, UNIQUE (vendor, key, digest)) STRICT",
    )?;
    let started = Instant::now();
    let mut milliseconds = Vec::new();
    while started.elapsed() < time {
        let begun = Instant::now();
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO delivery (received_at, vendor, key, id, type, subject, digest, verdict, headers, body) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            for _ in 0..SENDERS {
                let record = record();
                insert.execute(params![
                    0,
                    record.vendor,
                    record.key,
                    record.id,
                    record.event_type,
                    record.subject,
                    record.digest,
                    record.verdict,
                    r#"[["ce-specversion","1.0"],["ce-source","customer"],["content-type","application/json"]]"#,
                    &record.body[..]
                ])?;
            }
        }
        transaction.commit()?;
        milliseconds.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    let mut rate = Rate::new(milliseconds, started.elapsed());
    rate.weight = SENDERS;
    Ok(rate)
}

/// As many publishers as there are senders, each of which waits for the acknowledgement.
pub(crate) async fn publish(server: &Nats, time: Duration) -> Result<Rate> {
    let context = async_nats::jetstream::new(async_nats::connect(server.server()).await?);
    let config = async_nats::jetstream::stream::Config {
        name: "FLOOR".into(),
        subjects: vec!["floor.>".into()],
        ..Default::default()
    };
    context.create_stream(config).await?;
    let started = Instant::now();
    let publisher = |_| {
        let context = context.clone();
        tokio::spawn(async move {
            let mut taken = Vec::new();
            while started.elapsed() < time {
                let record = record();
                let subject = format!("floor.{}", record.id.unwrap_or_default());
                // As much as a delivery takes with its headers and its verdict.
                let payload = [record.body.as_ref(), &[b'x'; 500]].concat();
                let begun = Instant::now();
                context.publish(subject, payload.into()).await?.await?;
                taken.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
            anyhow::Ok(taken)
        })
    };
    let mut milliseconds = Vec::new();
    for taken in join_all((0..SENDERS).map(publisher)).await {
        milliseconds.extend(taken??);
    }
    Ok(Rate::new(milliseconds, started.elapsed()))
}

/// `pgbench`, a transaction a row, into a table with one unique index.
pub(crate) fn pgbench(server: &Postgres, time: Duration) -> Result<Rate> {
    let folder = tempfile::tempdir()?;
    let table = "CREATE TABLE IF NOT EXISTS floor (seq bigserial PRIMARY KEY, received_at bigint, vendor text, key bytea, id text, \
                 type text, subject text, digest bytea, verdict text, headers text, body bytea, UNIQUE (vendor, key, digest))";
    server.psql(table).context("the table cannot be made")?;
    let script = folder.path().join("insert.sql");
    let insert = format!(
        "\\set n random(1, 9000000000000000000)\n\
         INSERT INTO floor (received_at, vendor, key, id, type, subject, digest, verdict, headers, body) VALUES (0, 'amlyze', \
         decode(md5(:n::text) || md5(:n::text) || md5(:n::text), 'hex'), :n::text, 'com.amlyze.customer.updated', '42', \
         decode(md5(:n::text) || md5(:n::text), 'hex'), '{{\"decision\":\"accept\",\"status\":204,\"vendor\":\"amlyze\"}}', \
         '[[\"ce-specversion\",\"1.0\"],[\"ce-source\",\"customer\"],[\"content-type\",\"application/json\"]]', \
         decode(repeat('78', {BODY}), 'hex'));\n"
    );
    std::fs::write(&script, insert)?;
    let seconds = time.as_secs().to_string();
    let output = std::process::Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--client=64", "--jobs=2", "--time", &seconds, "--file"])
        .arg(&script)
        .arg(server.url())
        .output()
        .context("pgbench does not start")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let number = |name: &str| -> Option<f64> {
        text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
    };
    let (Some(rate), Some(latency)) = (number("tps = "), number("latency average = ")) else {
        bail!("pgbench says {text} {}", String::from_utf8_lossy(&output.stderr));
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let count = (rate * time.as_secs_f64()) as usize;
    // It tells the mean alone.
    Ok(Rate::new(vec![latency; count], time))
}
