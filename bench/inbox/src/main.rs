//! The stores of `hookvet-inbox` beside what their engines do at best, on the disk of the temporary folder, with real fsync.
//!
//! `hookvet-bench-inbox HOOKVET [SECONDS] [KEYS]`: the binary to start as a receiver, the time of each measurement, the largest number
//! of keys.

#[path = "../../../crates/inbox/tests/engine/mod.rs"]
mod engine;
mod floor;
mod load;
mod socket;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use hookvet_inbox::{Inbox, Store as _};
use load::{Rate, SENDERS};

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let hookvet = PathBuf::from(arguments.next().context("expected the path of hookvet, but found nothing")?);
    let time = Duration::from_secs(arguments.next().map_or(Ok(8), |text| text.parse())?);
    let keys: u64 = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    println!("{SENDERS} senders, bodies of {} bytes, {} s each\n", load::BODY, time.as_secs());
    sqlite(time).await?;
    postgres(time).await?;
    nats(time).await?;
    over_sockets(&hookvet, time).await?;
    growth(keys).await
}

fn row(name: &str, rate: &Rate, of: Option<&Rate>) {
    let share = of.map_or_else(String::new, |of| format!("{:.2}", rate.per_second() / of.per_second()));
    let (p50, p99) = (rate.quantile(0.5), rate.quantile(0.99));
    println!("| {name} | {:.0} | {share} | {p50:.1} | {p99:.1} |", rate.per_second());
}

fn head(name: &str) {
    println!("| {name} | a second | of the floor | p50 ms | p99 ms |\n|---|---|---|---|---|");
}

async fn sqlite(time: Duration) -> Result<()> {
    head("SQLite");
    let folder = tempfile::tempdir()?;
    let floor = floor::sqlite(&folder.path().join("floor.sqlite"), time)?;
    row("floor: the same row, 64 in a transaction", &floor, None);
    let inbox = Inbox::open(&format!("sqlite:{}", folder.path().join("inbox.sqlite").display())).await?;
    store(&inbox, time, &floor).await
}

async fn postgres(time: Duration) -> Result<()> {
    head("PostgreSQL");
    let server = engine::Postgres::start();
    let inbox = Inbox::open(&server.url()).await?;
    let floor = floor::pgbench(&server, time)?;
    row("floor: pgbench, the same row, 64 clients", &floor, None);
    store(&inbox, time, &floor).await
}

async fn nats(time: Duration) -> Result<()> {
    head("NATS JetStream, sync_interval: always");
    let server = engine::Nats::start();
    let floor = floor::publish(&server, time).await?;
    row("floor: publish with ack, the same bytes", &floor, None);
    let inbox = Inbox::open(&format!("{}?replicas=1&sync=always", server.server())).await?;
    store(&inbox, time, &floor).await
}

/// What a store does under the senders, then at half of that, then what workers do.
async fn store(inbox: &Inbox, time: Duration, floor: &Rate) -> Result<()> {
    let full = load::append(inbox, time, None).await;
    row("append", &full, Some(floor));
    let half = load::append(inbox, time, Some(full.per_second() / 2.0)).await;
    row("append, at half of that", &half, None);
    row("lease and settle", &load::work(inbox, time).await?, Some(&full));
    println!();
    Ok(())
}

async fn over_sockets(hookvet: &std::path::Path, time: Duration) -> Result<()> {
    head("socket, verdict, durable, 204");
    let folder = tempfile::tempdir()?;
    let floor = floor::sqlite(&folder.path().join("floor.sqlite"), time)?;
    let url = format!("sqlite:{}", folder.path().join("inbox.sqlite").display());
    row("SQLite", &socket::run(hookvet, &url, time).await?, Some(&floor));
    let server = engine::Postgres::start();
    // It makes the tables that the floor uses.
    drop(Inbox::open(&server.url()).await?);
    let floor = floor::pgbench(&server, time)?;
    row("PostgreSQL", &socket::run(hookvet, &server.url(), time).await?, Some(&floor));
    println!();
    Ok(())
}

/// Whether it stays as fast when there is more.
async fn growth(largest: u64) -> Result<()> {
    println!("| keys in SQLite | append, a second | lease and settle, a second | resident MiB |\n|---|---|---|---|");
    let folder = tempfile::tempdir()?;
    let inbox = Inbox::open(&format!("sqlite:{}", folder.path().join("inbox.sqlite").display())).await?;
    let mut keys = 10_000;
    let mut filled = 0;
    let time = Duration::from_secs(5);
    while keys <= largest {
        filled += load::fill(&inbox, keys - filled.min(keys)).await?;
        let append = load::append(&inbox, time, None).await;
        let work = load::work(&inbox, time).await?;
        filled += append.count();
        println!("| {keys} | {:.0} | {:.0} | {:.0} |", append.per_second(), work.per_second(), load::resident_mib());
        keys *= 10;
    }
    let stats = inbox.find(hookvet_inbox::Query { with_stats: true, ..hookvet_inbox::Query::default() }).await?;
    println!("\n{filled} deliveries stored; {:?}", stats.stats);
    Ok(())
}
