//! `hookvet inbox`: what is in a store, for people as a table and for programs as lines of JSON.
//!
//! The lines that `list` prints are what the other commands read with `--stdin`. Only `show` and `work` print what a delivery holds.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hookvet::{Vendor, escaped};
use hookvet_inbox::{
    Change, Delivery, Filter, Horizon, Inbox, Keys, Lease, Query, Selection, SqliteStore, State, Stats, Store as _,
    Terms, Wanted,
};
use serde_json::{Value, json};

use crate::arguments::{ChangeArguments, Chosen, Format, InboxArguments, InboxCommand, Judging, ListArguments};
use crate::check::judged_by;
use crate::{Outcome, output};

/// How many deliveries are asked for at a time.
const PAGE: u32 = 200;

/// The wait before a store that had nothing is asked again.
const PAUSE: Duration = Duration::from_millis(200);

/// How much one step of a sweep deletes.
const SWEEP: u32 = 1000;

pub fn run(arguments: &InboxArguments) -> Result<Outcome> {
    let url = &arguments.inbox;
    if let InboxCommand::Migrate { print: true } = arguments.command {
        io::stdout().lock().write_all(schema_of(url)?.as_bytes())?;
        return Ok(Outcome::Good);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if let Some(file) = url.strip_prefix("sqlite:").map(|rest| rest.split('?').next().unwrap_or(rest))
            && !matches!(arguments.command, InboxCommand::Migrate { .. })
            && !Path::new(file.trim_start_matches("//")).exists()
        {
            bail!("there is no store at --inbox; `hookvet serve` and `hookvet inbox migrate` make one");
        }
        let inbox = open(url, arguments.inbox_keys.as_deref()).await?;
        match &arguments.command {
            InboxCommand::List(list) => self::list(&inbox, list).await,
            InboxCommand::Show { seq } => show(&inbox, *seq).await,
            InboxCommand::Work { once } => work(&inbox, *once).await,
            InboxCommand::Retry(change) => amend(&inbox, change, Change::Retry, "to be worked on").await,
            InboxCommand::Kill(change) => amend(&inbox, change, Change::Kill, "given up").await,
            InboxCommand::Erase(change) => amend(&inbox, change, Change::Erase, "erased").await,
            InboxCommand::Release { change, judging, anyway } if *anyway => {
                let _ = judging;
                amend(&inbox, change, Change::Release, "released").await
            }
            InboxCommand::Release { change, judging, .. } => release(&inbox, change, judging).await,
            InboxCommand::Sweep { deliveries, keys } => {
                sweep(&inbox, Horizon { deliveries: *deliveries, keys: *keys }).await
            }
            InboxCommand::Stats { format } => stats(&inbox, *format).await,
            InboxCommand::Migrate { .. } => {
                println!("the store has the layout of this version");
                Ok(Outcome::Good)
            }
        }
    })
}

/// The store, through the keys of a file where one is given.
pub async fn open(url: &str, keys: Option<&Path>) -> Result<Inbox> {
    let inbox = Inbox::open(url).await.context("cannot open the store of --inbox")?;
    let Some(file) = keys else { return Ok(inbox) };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(inbox.encrypted(Keys::parse(&text).with_context(|| format!("--inbox-keys {}", file.display()))?))
}

/// The tables as statements.
fn schema_of(url: &str) -> Result<&'static str> {
    match url.split(':').next() {
        Some("sqlite") => Ok(SqliteStore::SCHEMA),
        #[cfg(feature = "postgres")]
        Some("postgres" | "postgresql") => Ok(hookvet_inbox::PostgresStore::SCHEMA),
        _ => bail!("expected an address of a store with tables behind --inbox, but found another one"),
    }
}

/// What was chosen on the command line and, where asked for, on standard input.
fn filter(chosen: &Chosen) -> Result<Filter> {
    let mut seqs = chosen.seqs.clone();
    if chosen.stdin {
        for (number, line) in io::stdin().lock().lines().enumerate() {
            let line = line.context("cannot read standard input")?;
            if line.trim().is_empty() {
                continue;
            }
            let seq = serde_json::from_str::<Value>(&line).ok().and_then(|line| line["seq"].as_i64());
            seqs.push(seq.with_context(|| format!("standard input, line {}: expected JSON with a seq", number + 1))?);
        }
    }
    Ok(Filter {
        seqs: (chosen.stdin || !seqs.is_empty()).then_some(seqs),
        vendor: chosen.vendor.clone(),
        state: chosen.state,
        event_type: chosen.event_type.clone(),
        subject: chosen.subject.clone(),
        key: chosen.key.clone(),
        since: chosen.since.map(jiff::Timestamp::as_millisecond),
        until: chosen.until.map(jiff::Timestamp::as_millisecond),
    })
}

/// Calls `each` for what the filter finds, in the order in which it was stored.
async fn for_each(
    inbox: &Inbox,
    filter: Filter,
    limit: u32,
    mut each: impl FnMut(&Delivery) -> Result<()>,
) -> Result<()> {
    let (mut after, mut left) = (0, limit);
    loop {
        let query = Query { filter: filter.clone(), after, limit: left.min(PAGE), with_stats: false };
        let page = inbox.find(query).await?;
        left = left.saturating_sub(u32::try_from(page.deliveries.len())?);
        page.deliveries.iter().try_for_each(&mut each)?;
        match page.next {
            Some(next) if left > 0 => after = next,
            _ => return Ok(()),
        }
    }
}

/// What a line can say of a delivery: nothing that it holds but the name of its type.
fn line(delivery: &Delivery) -> Value {
    json!({
        "seq": delivery.seq,
        "received_at": time(delivery.received_at),
        "state": delivery.state.as_str(),
        "vendor": delivery.record.vendor,
        "type": delivery.record.event_type,
        "attempts": delivery.attempts,
        "redeliveries": delivery.redeliveries,
        "conflict": delivery.is_conflict,
        "due_at": delivery.due_at.map(time),
        "bytes": delivery.record.body.len(),
    })
}

fn time(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(|_| milliseconds.to_string(), |time| time.to_string())
}

async fn list(inbox: &Inbox, arguments: &ListArguments) -> Result<Outcome> {
    let mut out = io::stdout().lock();
    if arguments.format == Format::Text {
        writeln!(
            out,
            "{:>8} {:<24} {:<11} {:>5} {:>6} {:<11} type",
            "seq", "received", "state", "tried", "again", "vendor"
        )?;
    }
    for_each(inbox, filter(&arguments.chosen)?, arguments.limit, |delivery| {
        match arguments.format {
            Format::Json => writeln!(out, "{}", line(delivery))?,
            Format::Text => writeln!(
                out,
                "{:>8} {:<24} {:<11} {:>5} {:>6} {:<11} {}{}",
                delivery.seq,
                time(delivery.received_at),
                delivery.state.as_str(),
                delivery.attempts,
                delivery.redeliveries,
                escaped(&delivery.record.vendor),
                escaped(delivery.record.event_type.as_deref().unwrap_or("-")),
                if delivery.is_conflict { "  (conflict)" } else { "" },
            )?,
        }
        Ok(())
    })
    .await?;
    Ok(Outcome::Good)
}

async fn show(inbox: &Inbox, seq: i64) -> Result<Outcome> {
    let filter = Filter { seqs: Some(vec![seq]), ..Filter::default() };
    let page = inbox.find(Query { filter, limit: 1, ..Query::default() }).await?;
    let Some(delivery) = page.deliveries.first() else { bail!("there is no delivery {seq} in the store") };
    writeln!(io::stdout().lock(), "{:#}", whole(delivery))?;
    Ok(Outcome::Good)
}

/// Prints deliveries and marks them as done, each once its line is written.
async fn work(inbox: &Inbox, once: bool) -> Result<Outcome> {
    let wanted = Wanted { count: 10, terms: Terms::default(), in_order: true };
    loop {
        let leased = match inbox.lease(wanted).await {
            Err(error) if !once => {
                output::ERR.print(format!("hookvet: {error}"));
                Vec::new()
            }
            leased => leased?,
        };
        if leased.is_empty() {
            if once {
                return Ok(Outcome::Good);
            }
            tokio::time::sleep(PAUSE).await;
        }
        for leased in leased {
            let mut out = io::stdout().lock();
            writeln!(out, "{}", whole(&leased.delivery))?;
            out.flush()?;
            drop(out);
            settle(inbox, leased.lease).await;
        }
    }
}

/// Until the store takes it, or the lease has ended. Where it is lost, another prints the delivery too.
async fn settle(inbox: &Inbox, lease: Lease) {
    let started = Instant::now();
    while let Err(error) = inbox.settle(lease, hookvet_inbox::Outcome::Done).await {
        output::ERR.print(format!("hookvet: {error}"));
        if started.elapsed() > Terms::default().duration {
            return;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A delivery in the form that `hookvet check --jsonl` reads, and what is known about it.
fn whole(delivery: &Delivery) -> Value {
    let mut shown = line(delivery);
    let record = &delivery.record;
    let text = |octets: &[u8]| octets.iter().copied().map(char::from).collect::<String>();
    let headers: Value = record.headers.iter().map(|(name, value)| json!([name, text(value)])).collect();
    shown["key"] = json!(record.key);
    shown["id"] = json!(record.id);
    shown["subject"] = json!(record.subject);
    shown["note"] = json!(delivery.note.as_ref().map(hookvet_inbox::Note::as_str));
    shown["digest"] = const_hex::encode(record.digest).into();
    shown["verdict"] = serde_json::from_str(&record.verdict).unwrap_or_default();
    shown["headers"] = headers;
    match std::str::from_utf8(&record.body) {
        Ok(text) => shown["body"] = text.into(),
        Err(_) => {
            use base64::Engine as _;
            shown["body_base64"] = base64::engine::general_purpose::STANDARD.encode(&record.body).into();
        }
    }
    shown
}

async fn amend(inbox: &Inbox, arguments: &ChangeArguments, change: Change, word: &str) -> Result<Outcome> {
    let filter = filter(&arguments.chosen)?;
    if filter == Filter::default() && !arguments.all {
        bail!("expected numbers, a filter, --stdin or --all, but found none of them");
    }
    let count = inbox.amend(Selection { filter, limit: arguments.limit }, change).await?;
    println!("{count} {word}");
    Ok(Outcome::Good)
}

/// Judges what was set aside once more, and releases what is accepted now.
///
/// Signatures are judged as of the time at which a delivery came. Credentials in headers are not in the store, so they are not asked
/// for: what is there has shown them, unless the quarantine takes what is unproven.
async fn release(inbox: &Inbox, arguments: &ChangeArguments, judging: &Judging) -> Result<Outcome> {
    let mut filter = filter(&arguments.chosen)?;
    if filter == Filter::default() && !arguments.all {
        bail!("expected numbers, a filter, --stdin or --all, but found none of them");
    }
    filter.state = Some(State::Quarantined);
    let mut vetters = HashMap::new();
    let (mut accepted, mut refused) = (Vec::new(), 0_u64);
    for_each(inbox, filter, arguments.limit.unwrap_or(u32::MAX), |delivery| {
        let record = &delivery.record;
        let vetter = match vetters.entry(record.vendor.clone()) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let vendor: Vendor = record
                    .vendor
                    .parse()
                    .with_context(|| format!("delivery {} cannot be judged here", delivery.seq))?;
                let mut builder = judged_by(vendor, judging)?;
                if judging.secrets.is_empty() {
                    builder = builder.allow_unsigned();
                }
                entry.insert(builder.build()?)
            }
        };
        let came = u64::try_from(delivery.received_at / 1000).unwrap_or(0);
        let verdict = vetter.vet(record.headers.iter().map(|(name, value)| (name, value)), &record.body, came);
        if verdict.is_accepted() {
            accepted.push(delivery.seq);
        } else {
            refused += 1;
            let first = verdict.findings().first();
            let rule = first.map_or_else(String::new, |finding| format!("{} at {}", finding.rule.id(), finding.place));
            println!("{} is still refused: {rule}", delivery.seq);
        }
        Ok(())
    })
    .await?;
    let filter = Filter { seqs: Some(accepted), ..Filter::default() };
    let count = inbox.amend(Selection { filter, limit: None }, Change::Release).await?;
    println!("{count} released, {refused} still refused");
    Ok(if refused == 0 { Outcome::Good } else { Outcome::Refused })
}

async fn sweep(inbox: &Inbox, horizon: Horizon) -> Result<Outcome> {
    let (mut deliveries, mut keys) = (0, 0);
    loop {
        let swept = inbox.sweep(horizon, SWEEP).await?;
        (deliveries, keys) = (deliveries + swept.deliveries, keys + swept.keys);
        if swept.deliveries.max(swept.keys) < u64::from(SWEEP) {
            break;
        }
    }
    println!("{deliveries} deliveries and {keys} keys are swept");
    Ok(Outcome::Good)
}

async fn stats(inbox: &Inbox, format: Format) -> Result<Outcome> {
    let page = inbox.find(Query { with_stats: true, ..Query::default() }).await?;
    let Stats { ready, leased, dead, quarantined, oldest_ready_ms, .. } = page.stats.unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "nothing waits that long")]
    let oldest = oldest_ready_ms.map(|age| age as f64 / 1000.0);
    match format {
        Format::Json => {
            let line = json!({
                "ready": ready, "leased": leased, "dead": dead, "quarantined": quarantined, "oldest_ready_seconds": oldest,
            });
            println!("{line}");
        }
        Format::Text => {
            for (name, count) in [("ready", ready), ("leased", leased), ("dead", dead), ("quarantined", quarantined)] {
                println!("{name:<12} {count:>10}");
            }
            let oldest = oldest.map_or_else(|| "-".to_owned(), |age| format!("{age:.1}"));
            println!("{:<12} {oldest:>10} s that the oldest ready one waits", "oldest");
        }
    }
    Ok(Outcome::Good)
}
