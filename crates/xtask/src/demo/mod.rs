//! `cargo xtask demo`: every documented event, and faulty ones, through real sockets into `hookvet serve`.

mod client;
mod deliveries;

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::{self, cargo};
use deliveries::{Expected, Planned};

/// A `hookvet serve` that ends with this value.
struct Server {
    child: Child,
    log: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn run(once: bool) -> Result<()> {
    process::run(cargo().args(["build", "--quiet", "--package", "hookvet-cli"]))?;
    let folder = tempfile::tempdir().context("no temporary folder")?;
    let store = format!("sqlite:{}", folder.path().join("deliveries.sqlite").display());
    let mut serve = Command::new(process::hookvet());
    serve.args(["serve", "--listen", "127.0.0.1:0", "--secret", deliveries::SECRET, "--inbox", &store]);
    let mut server = start(&mut serve)?;
    println!("hookvet serve listens on http://{}, and keeps what it accepts in {}\n", server.address, store);
    println!("{:<12} {:<10} {:<72} {:>6}  first finding", "time", "vendor", "type", "status");
    let planned = deliveries::all();
    let mut wrong = Vec::new();
    let mut summary = Summary::default();
    for delivery in &planned {
        if let Err(error) = send(&mut server, delivery, &mut summary) {
            println!("{:<12} ^ not as expected: {error:#}", "");
            wrong.push(delivery.name.clone());
        }
    }
    summary.print(planned.len());
    if !wrong.is_empty() {
        bail!("{} deliveries were not treated as expected: {}", wrong.len(), wrong.join(", "));
    }
    inbox(&mut server, &store, &mut summary)?;
    if !once {
        println!("\nThe receiver stays up until Ctrl-C. Try, in another terminal:\n");
        println!("  cargo run -p hookvet-cli -- send amlyze com.amlyze.customer.updated --example 4 \\");
        println!("      --set /riskLevel=SEVERE --to http://{}/amlyze\n", server.address);
        server.child.wait()?;
    }
    Ok(())
}

/// What the store makes of a delivery that comes again, of another one under its id, and of a worker.
fn inbox(server: &mut Server, store: &str, summary: &mut Summary) -> Result<()> {
    println!("\nOnce more, then under the same id with another content:\n");
    let (first, changed) = deliveries::repeated();
    let counts = || -> Result<(u64, usize)> {
        let listed = lines(store, &["list", "--format", "json", "--limit", "10000"])?;
        let again = listed.iter().filter_map(|line| line["redeliveries"].as_u64()).sum();
        Ok((again, listed.iter().filter(|line| line["conflict"] == true).count()))
    };
    send(server, &first, summary)?;
    let before = counts()?;
    send(server, &first, summary)?;
    send(server, &changed, summary)?;
    let after = counts()?;
    println!("\n  redeliveries counted {} -> {}, conflicts kept {} -> {}", before.0, after.0, before.1, after.1);
    if after != (before.0 + 1, before.1 + 1) {
        bail!("expected one redelivery and one conflict more");
    }
    let ready = lines(store, &["list", "--format", "json", "--state", "ready", "--limit", "10000"])?.len();
    let worked = lines(store, &["work", "--once"])?.len();
    let again = lines(store, &["work", "--once"])?.len();
    println!("  a worker got {worked} of {ready} deliveries, and a second one {again}");
    if (worked, again) != (ready, 0) {
        bail!("expected a worker to get each delivery once");
    }
    Ok(())
}

/// What `hookvet inbox` prints, line by line.
fn lines(store: &str, arguments: &[&str]) -> Result<Vec<Value>> {
    let output = Command::new(process::hookvet()).args(["inbox", "--inbox", store]).args(arguments).output()?;
    if !output.status.success() {
        bail!("hookvet inbox {}: {}", arguments[0], String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn start(serve: &mut Command) -> Result<Server> {
    let mut child = serve.stdout(Stdio::piped()).spawn().context("cannot start hookvet serve")?;
    let output = child.stdout.take().context("hookvet serve has no output")?;
    let mut log = BufReader::new(output).lines();
    let first = log.next().context("hookvet serve ended at once")??;
    let first: Value = serde_json::from_str(&first).with_context(|| format!("hookvet serve said {first:?}"))?;
    let address = first["listening"].as_str().and_then(|url| url.strip_prefix("http://"));
    let address = address.with_context(|| format!("hookvet serve said {first}"))?.to_owned();
    Ok(Server { child, log, address })
}

/// Sends one delivery, shows it as a line, and compares what became of it.
fn send(server: &mut Server, delivery: &Planned, summary: &mut Summary) -> Result<()> {
    let status = client::exchange(&server.address, delivery)?;
    let line = server.log.next().context("hookvet serve has ended")??;
    let line: Value = serde_json::from_str(&line).with_context(|| format!("hookvet serve said {line:?}"))?;
    let findings: Vec<&str> =
        line["findings"].as_array().into_iter().flatten().filter_map(|finding| finding[0].as_str()).collect();
    let first = line["findings"][0]
        .as_array()
        .map_or_else(String::new, |finding| finding.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "));
    println!(
        "{:<12} {:<10} {:<72} {status:>6}  {first}",
        line["time"].as_str().and_then(|time| time.get(11..23)).unwrap_or_default(),
        line["vendor"].as_str().unwrap_or_default(),
        line["type"].as_str().unwrap_or("(not made out)"),
    );
    let (wanted, rule) = match delivery.expected {
        Expected::Accepted => (204, None),
        Expected::Drifting(rule) => (204, Some(rule)),
        Expected::Refused(status, rule) => (status, Some(rule)),
    };
    if status != wanted || line["status"] != u64::from(status) {
        bail!("{}: expected {wanted}, got {status}", delivery.name);
    }
    if let Some(rule) = rule
        && !findings.contains(&rule)
    {
        bail!("{}: expected {rule}, got {findings:?}", delivery.name);
    }
    summary.count(delivery.expected);
    Ok(())
}

#[derive(Default)]
struct Summary {
    accepted: usize,
    drifting: usize,
    refused: usize,
}

impl Summary {
    fn count(&mut self, expected: Expected) {
        match expected {
            Expected::Accepted => self.accepted += 1,
            Expected::Drifting(_) => self.drifting += 1,
            Expected::Refused(..) => self.refused += 1,
        }
    }

    fn print(&self, planned: usize) {
        println!("\n{planned} deliveries:");
        println!("  {:>3} documented events and examples, accepted", self.accepted);
        println!("  {:>3} drifting from the documents, accepted with their warning", self.drifting);
        println!("  {:>3} faulty, refused for the named reason", self.refused);
    }
}
