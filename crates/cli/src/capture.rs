//! A captured HTTP request: request line, headers, blank line, body; with CRLF or LF.
//!
//! `tests/cases/captures.json` says how captures are read, here and by the playground.

use thiserror::Error;

/// What a delivery comes with, and what a capture that does not say is taken for.
pub const METHOD: &str = "POST";

/// A request as it was captured.
#[derive(Debug, Eq, PartialEq)]
pub struct Capture {
    pub method: String,
    pub target: String,
    pub headers: Vec<CapturedHeader>,
    /// What the receiver would judge: the content, without chunk framing.
    pub body: Vec<u8>,
    /// Line in the file on which the body starts, from 1.
    pub body_line: usize,
    /// Where the file was not taken as it stands, or may not be all that was sent.
    pub notes: Vec<&'static str>,
}

/// One header and where it stood.
#[derive(Debug, Eq, PartialEq)]
pub struct CapturedHeader {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
    /// Line in the file, from 1.
    pub line: usize,
}

/// Why the text is no request.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum CaptureError {
    #[error("line {line} is no request line; expected METHOD TARGET HTTP/1.1, as in POST /amlyze HTTP/1.1")]
    RequestLine { line: usize },
    #[error("line {line} is no header; expected NAME: VALUE, and an empty line in front of the body")]
    Header { line: usize },
}

impl Capture {
    pub fn parse(bytes: &[u8]) -> Result<Self, CaptureError> {
        let mut lines = Lines { rest: bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes), number: 0 };
        let mut next = lines.next();
        // A server reads past empty lines in front of a request too (RFC 9112 §2.2).
        while next.is_some_and(<[u8]>::is_empty) {
            next = lines.next();
        }
        let (mut method, mut target) = (METHOD.to_owned(), "/".to_owned());
        match next {
            Some(line) if is_header(line) => {}
            line => {
                (method, target) =
                    line.and_then(request_line).ok_or(CaptureError::RequestLine { line: lines.number.max(1) })?;
                next = lines.next();
            }
        }
        let (mut headers, mut notes) = (Vec::new(), Vec::new());
        while let Some(line) = next.filter(|line| !line.is_empty()) {
            let number = lines.number;
            match pseudo_header(line) {
                Some((b"method", value)) => method = String::from_utf8_lossy(value).into_owned(),
                Some((b"path", value)) => target = String::from_utf8_lossy(value).into_owned(),
                Some(_) => {}
                None => {
                    let (name, value) = split_at_colon(line).ok_or(CaptureError::Header { line: number })?;
                    headers.push(CapturedHeader { name: name.to_vec(), value: value.to_vec(), line: number });
                }
            }
            next = lines.next();
        }
        if next.is_none() {
            notes.push("The request ends within its headers, so its body is taken as empty.");
        }
        let body_line = lines.number + 1;
        let body = content(&headers, lines.rest, &mut notes);
        Ok(Self { method, target, headers, body, body_line, notes })
    }

    pub fn header(&self, name: &str) -> Option<&CapturedHeader> {
        find(&self.headers, name)
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        self.headers.iter().map(|header| (header.name.as_slice(), header.value.as_slice()))
    }
}

fn find<'h>(headers: &'h [CapturedHeader], name: &str) -> Option<&'h CapturedHeader> {
    headers.iter().find(|header| header.name.eq_ignore_ascii_case(name.as_bytes()))
}

/// Method and target.
fn request_line(line: &[u8]) -> Option<(String, String)> {
    let line = String::from_utf8_lossy(line);
    let words: Vec<&str> = line.split(' ').collect();
    let [method, target, version] = words[..] else { return None };
    let version = version.strip_prefix("HTTP/")?;
    let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_target = !target.is_empty() && !target.contains(char::is_whitespace);
    (is_token(method.as_bytes()) && is_target && is_version).then(|| (method.to_owned(), target.to_owned()))
}

/// Whether a request may begin with this line: tools that show HTTP/2 print no request line.
fn is_header(line: &[u8]) -> bool {
    pseudo_header(line).is_some() || split_at_colon(line).is_some_and(|(name, _)| is_token(name))
}

/// Name and value of a pseudo-header, such as `:method: POST` (RFC 9113 §8.3).
fn pseudo_header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    split_at_colon(line.strip_prefix(b":")?).filter(|(name, _)| name.iter().all(u8::is_ascii_lowercase))
}

fn split_at_colon(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':').filter(|at| *at > 0)?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    (!name.iter().any(u8::is_ascii_whitespace)).then(|| (name, trim_ows(value)))
}

/// RFC 9110 §5.6.2.
fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// Without blanks and tabs around it (RFC 9110 §5.6.3).
fn trim_ows(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

fn content(headers: &[CapturedHeader], rest: &[u8], notes: &mut Vec<&'static str>) -> Vec<u8> {
    let value = |name| find(headers, name).map(|header| header.value.as_slice());
    if value("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked")) {
        match unchunk(rest) {
            Some((body, is_whole)) => {
                notes.push(if is_whole {
                    "The body came in chunks; they were joined."
                } else {
                    "The last chunk is missing, so the body may be cut off; the chunks that are there were joined."
                });
                return body;
            }
            // Most tools that capture requests have joined the chunks, and leave the header as it was.
            None => notes
                .push("The headers say that the body is chunked, and it is not framed so. It is taken as it stands."),
        }
    }
    // An editor adds a line end that was not on the wire, and a signature covers every byte. Any other length is taken
    // as it is: printed examples carry lengths that do not fit.
    let length = value("content-length").filter(|digits| digits.iter().all(u8::is_ascii_digit));
    let length = length.and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    match length.and_then(|length| rest.split_at_checked(length)) {
        Some((body, b"\n" | b"\r\n")) => {
            notes.push("A line end behind the body was cut off: Content-Length does not count it.");
            body.to_vec()
        }
        _ => rest.to_vec(),
    }
}

/// Undoes the chunked coding (RFC 9112 §7.1), and whether the last chunk is there; `None` where the text is not framed so.
/// Extensions and trailers are read past.
fn unchunk(framed: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut lines = Lines { rest: framed, number: 0 };
    let mut body = Vec::new();
    while let Some(line) = lines.next() {
        let size = chunk_size(line)?;
        if size == 0 {
            return Some((body, true));
        }
        let (chunk, rest) = lines.rest.split_at_checked(size)?;
        body.extend_from_slice(chunk);
        lines.rest = rest;
        if lines.next().is_some_and(|line| !line.is_empty()) {
            return None;
        }
    }
    (!body.is_empty()).then_some((body, false))
}

fn chunk_size(line: &[u8]) -> Option<usize> {
    let digits = trim_ows(line.split(|byte| *byte == b';').next()?);
    let is_size = matches!(digits.len(), 1..=8) && digits.iter().all(u8::is_ascii_hexdigit);
    usize::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| is_size)?, 16).ok()
}

struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its end; `None` where nothing is left.
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match self.rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &self.rest[self.rest.len()..]),
        };
        self.rest = rest;
        self.number += 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Reads a case as `tests/cases/README.md` describes it.
    fn read(text: &str) -> Value {
        let shown = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        match Capture::parse(text.as_bytes()) {
            Err(error) => json!({ "error": error.to_string() }),
            Ok(Capture { method, target, headers, body, notes, .. }) => json!({
                "method": method,
                "target": target,
                "headers": headers.iter().map(|it| [shown(&it.name), shown(&it.value)]).collect::<Vec<_>>(),
                "body": shown(&body),
                "notes": notes,
            }),
        }
    }

    #[test]
    fn every_capture_is_read_as_its_case_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases/captures.json");
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).expect("cases")).expect("JSON");
        for case in &cases {
            let read = read(case["text"].as_str().expect("text"));
            match (case["error"].as_str(), read["error"].as_str()) {
                (Some(part), Some(error)) => assert!(error.contains(part), "{}: {error}", case["case"]),
                _ => assert_eq!(read, case["read"], "{}", case["case"]),
            }
        }
        println!("{} captures", cases.len());
        assert!(cases.len() > 20, "only {} captures", cases.len());
    }

    #[test]
    fn a_finding_is_shown_on_the_line_of_the_file() {
        let capture = Capture::parse(b"\r\n\r\nPOST /a HTTP/1.1\r\nCe-Id: 7\r\n\r\n{}").expect("a request");
        assert_eq!((capture.headers[0].line, capture.body_line), (4, 6));
    }
}
