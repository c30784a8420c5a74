//! A verdict for people: every finding with the line that it is about, underlined.
//!
//! Whatever comes out of the capture is escaped, so that no capture can write a line, or move a cursor, of its own.

use std::fmt::Write as _;

use hookvet::{EventContext, Finding, Place, Verdict, escaped};

use crate::capture::Capture;

/// How much of a long line is shown around the place.
const WIDTH: usize = 100;

pub fn verdict(verdict: &Verdict, capture: &Capture) -> String {
    let mut out = String::new();
    let word = if verdict.is_accepted() { "accepted" } else { "refused" };
    let _ = writeln!(
        out,
        "{word} {}  {} {} mode, {}",
        verdict.status(),
        verdict.vendor(),
        verdict.mode().as_str(),
        match verdict.authenticity().as_str() {
            "verified" => "signature verified",
            "failed" => "signature failed",
            "not_configured" => "signature not looked at: no secret was given",
            _ => "nothing proves the sender",
        }
    );
    if let Some(event) = verdict.event() {
        let _ = writeln!(out, "  type    {}", escaped(event.event_type()));
        let _ = writeln!(out, "  key     {}", escaped(&event.key()));
        if let Some(subject) = event.subject() {
            let _ = writeln!(out, "  subject {}", escaped(subject));
        }
        let _ = writeln!(out, "  schema  {}", schema(verdict, event));
    }
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    for one in verdict.findings().iter().chain(inner) {
        finding(one, capture, &mut out);
    }
    out
}

fn schema<'v>(verdict: &'v Verdict, event: &EventContext) -> &'v str {
    verdict.schema().unwrap_or(match event.info() {
        Some(_) => "not held against the body",
        None => "none: the type is not documented",
    })
}

fn finding(finding: &Finding, capture: &Capture, out: &mut String) {
    let refuses = if finding.rejects() { " (refuses)" } else { "" };
    let _ = writeln!(out, "\n{} {}{refuses}: {}", finding.severity, finding.rule, escaped(&finding.message));
    match &finding.place {
        Place::Header(name) => match capture.header(name) {
            Some(header) => {
                let value = header.value.as_slice();
                let start = finding.offset.unwrap_or(0).min(value.len());
                let end = finding.offset.map_or(value.len(), |_| start + character_length(&value[start..]));
                let before = format!("{}: {}", lossy(&header.name), lossy(&value[..start]));
                snippet(header.line, &before, &lossy(&value[start..end]), &lossy(&value[end..]), out);
            }
            None => {
                let _ = writeln!(out, "  --> header {}, which is not there", escaped(name));
            }
        },
        place => {
            let _ = writeln!(out, "  --> {place}");
            if let Some(offset) = finding.offset {
                body_snippet(capture, offset, out);
            }
        }
    }
}

fn body_snippet(capture: &Capture, offset: usize, out: &mut String) {
    let body = capture.body.as_slice();
    let offset = offset.min(body.len());
    let line_start = body[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line_end = body[offset..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |at| offset + at);
    let number = capture.body_line + body[..line_start].split(|byte| *byte == b'\n').count() - 1;
    let end = (offset + token_length(&body[offset..line_end])).min(line_end);
    let [before, marked, after] = [line_start..offset, offset..end, end..line_end].map(|part| lossy(&body[part]));
    snippet(number, &before, &marked, &after, out);
}

/// How many bytes the first character has, where it is UTF-8.
fn character_length(text: &[u8]) -> usize {
    let rest = text.iter().skip(1).take_while(|byte| **byte & 0xc0 == 0x80).count();
    (1 + rest).min(text.len())
}

/// How long the string, number or word at the start is; at least 1.
fn token_length(text: &[u8]) -> usize {
    let end = match text.first() {
        Some(b'"') => {
            let mut at = 1;
            while at < text.len() && text[at] != b'"' {
                at += if text[at] == b'\\' { 2 } else { 1 };
            }
            at + 1
        }
        Some(b'{' | b'[' | b'}' | b']') => 1,
        _ => text.iter().take_while(|byte| !b",:{}[] \t\r".contains(byte)).count(),
    };
    end.clamp(1, text.len().max(1))
}

/// One line with its number, and carets under `marked`; long lines are cut around it.
fn snippet(number: usize, before: &str, marked: &str, after: &str, out: &mut String) {
    let [before, marked, after] = [before, marked, after].map(shown);
    let (first, width) = (before.chars().count(), marked.chars().count());
    let cut = first.saturating_sub(WIDTH / 2);
    let lead = if cut > 0 { "…" } else { "" };
    let mut rest = before.chars().chain(marked.chars()).chain(after.chars()).skip(cut);
    let mut text: String = rest.by_ref().take(WIDTH).collect();
    if rest.next().is_some() {
        text.push('…');
    }
    let carets = "^".repeat(width.clamp(1, WIDTH + cut - first));
    let indent = " ".repeat(first - cut + lead.chars().count());
    let _ = writeln!(out, "  {number:>4} | {lead}{text}");
    let _ = writeln!(out, "       | {indent}{carets}");
}

/// A part of a line as it is printed: one column a character.
fn shown(part: &str) -> String {
    escaped(&part.replace('\t', "    ")).to_string()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
