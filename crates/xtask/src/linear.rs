//! `cargo xtask linear`: whether the work on CloudEvents headers and envelopes grows with their length alone.
//!
//! Instructions are counted by callgrind, not time: the count is the same on every machine, however busy.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use hookvet::{CloudEvent, Policy, Vetter};

use crate::process;

/// The smaller size in bytes, or in hundreds of headers; the larger one is four times that.
const SIZE: usize = 10_000;

/// How much more instructions a byte may cost at the larger size. Quadratic work would cost four times as much.
const MOST: f64 = 1.3;

/// A name, and headers and a body of about so many bytes.
type Pattern = (&'static str, fn(usize) -> (Vec<(String, Vec<u8>)>, String));

const PATTERNS: [Pattern; 22] = [
    ("value: letters", |n| subject("a".repeat(n))),
    ("value: escapes", |n| subject("%41".repeat(n / 3))),
    ("value: percent signs", |n| subject("%".repeat(n))),
    ("value: broken UTF-8 at its end", |n| subject("%41".repeat(n / 3) + "%ff")),
    ("value: quotes", |n| subject("\"\"".repeat(n / 2))),
    ("value: backslashes in quotes", |n| subject(format!("\"{}\"", "\\\\".repeat(n / 2)))),
    ("value: an open quote", |n| subject("\"".repeat(n | 1))),
    ("value: spaces", |n| subject(format!("a{}b", " ".repeat(n)))),
    ("value: raw UTF-8", |n| subject("\u{e9}".repeat(n / 2))),
    ("source: slashes", |n| header("ce-source", "/".repeat(n))),
    ("source: escapes sent once", |n| header("ce-source", "/%20".repeat(n / 4))),
    ("dataschema: colons", |n| header("ce-dataschema", ":".repeat(n))),
    ("time: digits of a fraction", |n| header("ce-time", format!("2018-04-05T03:56:24.{}Z", "7".repeat(n)))),
    ("content type: parameters", |n| header("content-type", format!("a/b{}", ";c=\"d\"".repeat(n / 6)))),
    ("content type: semicolons", |n| header("content-type", format!("a/b{}", "; ".repeat(n / 2)))),
    ("headers: extensions", |n| many(n, |number| format!("ce-x{number}"))),
    ("headers: the same extension", |n| many(n, |_| "ce-x".to_owned())),
    ("headers: odd names", |n| many(n, |number| format!("ce-x_{number}"))),
    ("headers: not of CloudEvents", |n| many(n, |number| format!("x-{number}"))),
    ("envelope: extensions", |n| envelope(&numbered(n / 14, |i| format!(",\"x{i:06}\":\"\"")))),
    ("envelope: the same extension", |n| envelope(&",\"x\":\"\"".repeat(n / 7))),
    ("envelope: odd members", |n| envelope(&numbered(n / 14, |i| format!(",\"x_{i:05}\":[]")))),
];

fn numbered(count: usize, member: fn(usize) -> String) -> String {
    (0..count).map(member).collect::<Vec<_>>().concat()
}

type Delivery = (Vec<(String, Vec<u8>)>, String);

fn header(name: &str, value: String) -> Delivery {
    let own = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
    let own = own.into_iter().filter(|(own, _)| *own != name);
    let mut headers: Vec<_> = own.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    headers.push((name.to_owned(), value.into_bytes()));
    (headers, String::new())
}

fn subject(value: String) -> Delivery {
    header("ce-subject", value)
}

fn many(size: usize, name: fn(usize) -> String) -> Delivery {
    let mut delivery = subject("s".to_owned());
    delivery.0.extend((0..size / 10).map(|number| (name(number), b"v".to_vec())));
    delivery
}

fn envelope(members: &str) -> Delivery {
    let body = format!("{{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"{members}}}");
    (vec![("content-type".to_owned(), b"application/cloudevents+json".to_vec())], body)
}

/// Does the work of one pattern, for callgrind to count.
pub(crate) fn work(name: &str, size: &str) -> Result<()> {
    let (_, pattern) = PATTERNS.iter().find(|(other, _)| *other == name).context("no such pattern")?;
    let (headers, body) = pattern(size.parse()?);
    for policy in [Policy::strict(), Policy::standard(), Policy::observe()] {
        let vetter = Vetter::cloudevents().policy(policy).max_attributes(usize::MAX).build()?;
        for _ in 0..4 {
            let verdict = vetter.vet(headers.iter().map(|(name, value)| (name, value)), body.as_bytes(), 0);
            std::hint::black_box((verdict.to_json(), CloudEvent::of(&verdict, body.as_bytes())));
        }
    }
    Ok(())
}

/// Prints instructions a byte at both sizes; an error where they grow.
pub(crate) fn run() -> Result<()> {
    println!("| pattern | instructions a byte at {SIZE} | at {} | growth |\n|---|---|---|---|", SIZE * 4);
    let mut growing = Vec::new();
    for (name, _) in PATTERNS {
        let empty = count(name, 0)?;
        let small = (count(name, SIZE)? - empty) / size(SIZE);
        let large = (count(name, SIZE * 4)? - empty) / size(SIZE * 4);
        let growth = large / small;
        println!("| {name} | {small:.0} | {large:.0} | {growth:.2} |");
        if growth > MOST {
            growing.push(name);
        }
    }
    if !growing.is_empty() {
        bail!("the work grows faster than the input: {}", growing.join(", "));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "small")]
fn size(bytes: usize) -> f64 {
    bytes as f64
}

fn count(name: &str, size: usize) -> Result<f64> {
    let program = std::env::current_exe()?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(&program).args(["linear-work", name, &size.to_string()]);
    let output = command
        .output()
        .context("valgrind is needed, which counts instructions: on Debian `apt-get install valgrind`")?;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().find(|line| line.contains("Collected :"));
    let count = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    count.filter(|_| output.status.success()).with_context(|| format!("{} failed: {text}", process::shown(&command)))
}
