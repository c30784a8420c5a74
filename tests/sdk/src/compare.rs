//! Runs every CloudEvents case through each SDK and through hookvet, and prints how many each gets right.

use std::env::consts::EXE_SUFFIX;

use anyhow::Result;
use hookvet::{Policy, Vetter};
use hookvet_sdks::{post, start_all};
use hookvet_tests::{body, cases, headers, text, vet};
use serde_json::Value;

fn main() -> Result<()> {
    let cases = cases("cloudevents.json");
    println!("| receiver | verdict right | verdict and values right | of |");
    println!("|---|---|---|---|");
    let vetter = Vetter::cloudevents().policy(Policy::strict()).solicit_batches(true).build()?;
    let own = |case: &Value| -> Result<Option<Value>> {
        let verdict = vet(&vetter, case, &body(case), 0);
        let event = verdict.event().map(|event| {
            let mut attributes = serde_json::to_value(event).unwrap_or_default();
            let further = attributes["attributes"].take();
            if let (Some(attributes), Some(further)) = (attributes.as_object_mut(), further.as_object()) {
                attributes.extend(further.clone());
            }
            attributes
        });
        Ok(verdict.is_accepted().then(|| event.unwrap_or_default()))
    };
    row("hookvet, strict", &cases, own)?;
    // Cargo puts the programs of a package into one folder.
    let rust = std::env::current_exe()?.with_file_name(format!("sdk-rust-peer{EXE_SUFFIX}"));
    for peer in start_all(&rust)? {
        let read = |case: &Value| -> Result<Option<Value>> {
            // A case that the server itself refuses, or on which it hangs up, is refused.
            let Ok((status, answer)) = post(peer.port, "/receive", &headers(case), &body(case)) else {
                return Ok(None);
            };
            if status != 200 {
                return Ok(None);
            }
            // What it read may be no text that can be written down: a lone surrogate. It has accepted it all the same.
            let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
            Ok(Some(answer["attributes"].clone()))
        };
        row(peer.name, &cases, read)?;
    }
    Ok(())
}

/// One line of the table; `read` gives the attributes of an accepted case.
fn row(name: &str, cases: &[Value], read: impl Fn(&Value) -> Result<Option<Value>>) -> Result<()> {
    let (mut verdicts, mut values) = (0, 0);
    for case in cases {
        let found = read(case)?;
        if found.is_some() != (text(case, "expect") == "accept") {
            continue;
        }
        verdicts += 1;
        let decoded = case["decoded"].as_object().filter(|_| found.is_some());
        let found = found.unwrap_or_default();
        let is_equal = |(name, value): (&String, &Value)| {
            found.get(name) == Some(value) || (name == "time" && is_same_instant(value, &found["time"]))
        };
        values += usize::from(decoded.is_none_or(|decoded| decoded.iter().all(is_equal)));
    }
    println!("| {name} | {verdicts} | {values} | {} |", cases.len());
    Ok(())
}

/// Whether two timestamps are written differently and mean the same.
fn is_same_instant(expected: &Value, found: &Value) -> bool {
    let instant = |value: &Value| value.as_str().and_then(hookvet::Instant::parse);
    instant(expected).is_some() && instant(expected) == instant(found)
}
