//! `hookvet-load SECONDS CONNECTIONS`: keep-alive connections with mixed good and bad traffic into a receiver in a process of its own.
//!
//! Every golden delivery and every problem document is sent over and over, whole and in chunks; now and then a sender leaves in the
//! middle of one. Each answer has to be the expected status, headers and body. Ends with an error where one was not, or where the
//! receiver keeps sockets open that nobody uses any more.

mod connection;
mod process;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hookvet_tests::problems::{Case, accepted, all};
use hookvet_tests::wire::{chunked, request};
use serde_json::Value;

use connection::Tally;

/// When memory is looked at for the second time: everything that grows once has grown by then.
const SETTLED: Duration = Duration::from_secs(5);

/// What is sent, and what has to come back.
struct Exchange {
    name: String,
    whole: Vec<u8>,
    /// The same with a body in chunks, where the framing changes nothing about the answer.
    in_chunks: Option<Vec<u8>>,
    status: u16,
    /// Without those that belong to the connection.
    headers: Vec<(String, String)>,
    body: String,
}

impl Exchange {
    fn new(case: &Case) -> Self {
        let path = format!("/{}", case.name);
        let whole = request(&case.method, &path, &case.headers, &case.body);
        let has_body = case.method == "POST" && !case.body.is_empty();
        let in_chunks = has_body.then(|| chunked(&path, &case.headers, &case.body, 100));
        let (status, headers, body) = if case.expected["decision"] == "accept" {
            (204, Vec::new(), String::new())
        } else {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let headers = case.expected["headers"].as_array().into_iter().flatten();
            let headers = headers.map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
            let status = case.expected["status"].as_u64().and_then(|status| u16::try_from(status).ok());
            (status.unwrap_or_default(), headers, text(&case.expected["body"]))
        };
        Self { name: case.name.clone(), whole, in_chunks, status, headers, body }
    }
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |what: &str| -> Result<u64> {
        let word = arguments.next().context("usage: hookvet-load SECONDS CONNECTIONS")?;
        word.parse().with_context(|| format!("{what}: {word:?} is no number"))
    };
    let time = Duration::from_secs(number("SECONDS")?);
    let connections = number("CONNECTIONS")?;
    let open_files =
        rlimit::increase_nofile_limit(connections + 64).context("cannot raise the number of open files")?;
    if open_files < connections + 64 {
        bail!("{connections} connections need more open files than the {open_files} that the system allows here");
    }
    // Everybody comes from the same address here, so who may deliver is tested elsewhere.
    let cases = accepted().into_iter().chain(all()).filter(|case| !case.receiver.looks_at_peers());
    let exchanges: Arc<Vec<Exchange>> = Arc::new(cases.map(|case| Exchange::new(&case)).collect());
    let refused = exchanges.iter().filter(|exchange| exchange.status != 204).count();
    println!(
        "{connections} connections for {} s; {} kinds of deliveries, {refused} of them faulty",
        time.as_secs(),
        exchanges.len()
    );
    tokio::runtime::Runtime::new()?.block_on(run(&exchanges, time, connections))
}

async fn run(exchanges: &Arc<Vec<Exchange>>, time: Duration, connections: u64) -> Result<()> {
    let receiver = process::Receiver::start()?;
    let (memory_before, sockets_before) = (receiver.memory(), receiver.sockets());
    let started = Instant::now();
    let end = started + time;
    let senders: Vec<_> = (0..connections)
        .map(|number| tokio::spawn(connection::keep_sending(receiver.address, exchanges.clone(), number, end)))
        .collect();
    tokio::time::sleep(SETTLED.min(time / 2)).await;
    let (settled_at, memory_settled) = (started.elapsed(), receiver.memory());
    let mut all = Tally::default();
    for sender in senders {
        all.add(sender.await.context("a sender has panicked")?);
    }
    let (took, memory_end) = (started.elapsed(), receiver.memory());
    let sockets_after = receiver.sockets_once_idle(sockets_before).await;

    all.times.sort_unstable();
    let at = |share: usize| all.times.get((all.times.len() * share / 100).min(all.times.len().saturating_sub(1)));
    let millis = |micros: Option<&u32>| micros.map_or(0.0, |micros| f64::from(*micros) / 1000.0);
    println!("requests          {:>10}  in {:.1} s", all.times.len(), took.as_secs_f64());
    println!("wrong answers     {:>10}", all.wrong);
    println!("senders that left {:>10}  in the middle of a body", all.left);
    println!("new connections   {:>10}  after `connection: close` or a sender that left", all.reconnected);
    println!("time to answer    p50 {:.1} ms, p99 {:.1} ms", millis(at(50)), millis(at(99)));
    println!(
        "memory of the receiver, KiB: {memory_before} at the start, {memory_settled} after {:.1} s, {memory_end} at the end",
        settled_at.as_secs_f64()
    );
    println!("its open files: {sockets_before} before, {sockets_after} once everybody has left");
    if let Some(first) = all.first_wrong {
        bail!("{} wrong answers; the first: {first}", all.wrong);
    }
    if all.times.len() < exchanges.len() {
        bail!("not even one answer for each kind of delivery");
    }
    if sockets_after > sockets_before {
        bail!("{} sockets are open that nobody uses", sockets_after - sockets_before);
    }
    Ok(())
}
