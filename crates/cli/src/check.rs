//! `hookvet check`: a captured request, or requests line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use hookvet::{Checker, Policy, Rule, Secret, SecretError, Vendor, Vetter, VetterBuilder, error_line};

use crate::Outcome;
use crate::arguments::{CheckArguments, Format, Judging};
use crate::capture::{Capture, METHOD};
use crate::{render, schemas};

pub fn run(arguments: &CheckArguments) -> Result<Outcome> {
    let input = open(&arguments.file)?;
    if arguments.jsonl {
        return lines(input, io::stdout().lock()).context("cannot read or write a line");
    }
    let mut bytes = Vec::new();
    { input }.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", arguments.file.display()))?;
    let capture =
        Capture::parse(&bytes).with_context(|| format!("{} holds no HTTP request", arguments.file.display()))?;
    for note in &capture.notes {
        eprintln!("hookvet: {note}");
    }
    // Schemas of one's own are for CloudEvents of one's own.
    let told = arguments.vendor.or(arguments.judging.brings_schemas().then_some(Vendor::CloudEvents));
    let vendor = told.unwrap_or_else(|| guess_vendor(&capture));
    let mut builder = schemas::brought(judged_by(vendor, &arguments.judging)?, &arguments.judging)?;
    if arguments.judging.secrets.is_empty() {
        builder = builder.allow_unsigned();
    }
    let vetter = builder.build()?;
    for warning in vetter.warnings() {
        eprintln!("hookvet: {warning}");
    }
    let verdict = if capture.method == METHOD {
        vetter.vet(capture.pairs(), &capture.body, arguments.now.unwrap_or_else(unix_now))
    } else {
        // As every receiver does, before it looks at anything else.
        vetter.refuse(Rule::HttpMethod, Rule::HttpMethod.title())
    };
    let mut out = io::stdout().lock();
    match arguments.format {
        Format::Json => writeln!(out, "{}", verdict.to_json())?,
        Format::Text => out.write_all(render::verdict(&verdict, &capture).as_bytes())?,
    }
    Ok(if verdict.is_accepted() { Outcome::Good } else { Outcome::Refused })
}

/// One request a line in, one verdict a line out, in the same order; a line that is none gets an error in its place.
fn lines(mut input: impl BufRead, output: impl Write) -> io::Result<Outcome> {
    let mut output = BufWriter::with_capacity(1 << 16, output);
    let mut checker = Checker::default();
    let mut outcome = Outcome::Good;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let trimmed = line.trim_ascii();
        if trimmed.is_empty() {
            continue;
        }
        let answer = match std::str::from_utf8(trimmed) {
            Ok(text) => checker.check_line(text).unwrap_or_else(|error| {
                outcome = Outcome::Misused;
                error_line(&error)
            }),
            Err(_) => {
                outcome = Outcome::Misused;
                r#"{"error":"not UTF-8"}"#.to_owned()
            }
        };
        output.write_all(answer.as_bytes())?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(outcome)
}

fn open(file: &Path) -> Result<Box<dyn BufRead>> {
    Ok(if file == Path::new("-") {
        Box::new(BufReader::with_capacity(1 << 16, io::stdin()))
    } else {
        let opened = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
        Box::new(BufReader::with_capacity(1 << 16, opened))
    })
}

/// Policy, single rules, secrets and batches, as they were given on the command line.
pub fn judged_by(vendor: Vendor, judging: &Judging) -> Result<VetterBuilder> {
    let mut builder = Vetter::builder(vendor).policy(Policy::new(judging.policy)).solicit_batches(judging.batches);
    for (rule, level) in &judging.rules {
        builder = builder.rule(*rule, *level);
    }
    for (position, secret) in judging.secrets.iter().enumerate() {
        let number = position + 1;
        builder = match Secret::of(vendor, secret) {
            // One list of secrets serves every vendor that signs, and what none of them reads is a mistake.
            Err(SecretError::Unsigned) if Vendor::ALL.iter().any(|vendor| Secret::of(*vendor, secret).is_ok()) => {
                builder
            }
            Err(SecretError::Unsigned) => {
                Secret::parse(secret).with_context(|| format!("--secret, number {number}"))?;
                builder
            }
            secret => {
                let secret = secret.with_context(|| format!("--secret, number {number}"))?;
                builder.secret(secret.labelled(number.to_string()))
            }
        };
    }
    Ok(builder)
}

/// Told by what only one vendor sends.
fn guess_vendor(capture: &Capture) -> Vendor {
    let holds = |needle: &str| capture.body.windows(needle.len()).any(|window| window == needle.as_bytes());
    let ce_type = capture.header("ce-type").map(|header| header.value.as_slice()).unwrap_or_default();
    if capture.header("x-webhook-signature").is_some() {
        Vendor::Dataspike
    } else if capture.header("webhook-signature").is_some() {
        Vendor::StandardWebhooks
    } else if ce_type.starts_with(b"app.amlyze.") || ce_type.starts_with(b"com.amlyze.") {
        Vendor::Amlyze
    } else if !ce_type.is_empty() {
        Vendor::CloudEvents
    } else if holds("\"event_type\"") {
        Vendor::Dataspike
    } else if holds(".amlyze.") {
        Vendor::Amlyze
    } else {
        Vendor::CloudEvents
    }
}

/// Seconds since the Unix epoch.
pub fn unix_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
