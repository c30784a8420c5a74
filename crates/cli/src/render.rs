//! A verdict for people: every finding with the line that it is about, underlined.

use std::fmt::Write as _;

use hookvet::{Finding, Place, Verdict};

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
        let _ = writeln!(out, "  type    {}", event.event_type());
        let _ = writeln!(out, "  key     {}", event.key());
        if let Some(subject) = event.subject() {
            let _ = writeln!(out, "  subject {subject}");
        }
        let _ = writeln!(out, "  schema  {}", verdict.schema().unwrap_or("none: the type is not documented"));
    }
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    for one in verdict.findings().iter().chain(inner) {
        finding(one, capture, &mut out);
    }
    out
}

fn finding(finding: &Finding, capture: &Capture, out: &mut String) {
    let refuses = if finding.rejects() { " (refuses)" } else { "" };
    let _ = writeln!(out, "\n{} {}{refuses}: {}", finding.severity, finding.rule, finding.message);
    match &finding.place {
        Place::Header(name) => match capture.header(name) {
            Some(header) => {
                let text = format!("{}: {}", lossy(&header.name), lossy(&header.value));
                let value_at = header.name.len() + 2;
                let (start, end) = match finding.offset {
                    Some(offset) => (value_at + offset, value_at + offset + 1),
                    None => (value_at, text.len().max(value_at + 1)),
                };
                snippet(header.line, &text, start, end, out);
            }
            None => {
                let _ = writeln!(out, "  --> header {name}, which is not there");
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
    let line = lossy(&body[line_start..line_end]);
    let start = lossy(&body[line_start..offset]).len();
    snippet(number, &line, start, start + token_length(&body[offset..line_end]), out);
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

/// One line with its number, and carets under `start..end` (bytes of `line`); long lines are cut around the place.
fn snippet(number: usize, line: &str, start: usize, end: usize, out: &mut String) {
    let columns = |bytes: usize| line.char_indices().take_while(|(at, _)| *at < bytes).count();
    let (first, last) = (columns(start), columns(end).max(columns(start) + 1));
    let cut = first.saturating_sub(WIDTH / 2);
    let mut shown: String = line.chars().skip(cut).take(WIDTH).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let lead = if cut > 0 { "…" } else { "" };
    if line.chars().count() > cut + WIDTH {
        shown.push('…');
    }
    let carets = "^".repeat((last - first).clamp(1, (WIDTH + cut).saturating_sub(first).max(1)));
    let indent = " ".repeat(first - cut + lead.chars().count());
    let _ = writeln!(out, "  {number:>4} | {lead}{shown}");
    let _ = writeln!(out, "       | {indent}{carets}");
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
