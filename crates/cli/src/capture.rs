//! A captured HTTP request: request line, headers, blank line, body; with CRLF or LF.

use thiserror::Error;

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
    #[error("line 1 is no request line; expected METHOD TARGET HTTP/1.1, as in POST /amlyze HTTP/1.1")]
    RequestLine,
    #[error("line {line} is no header; expected NAME: VALUE, and an empty line in front of the body")]
    Header { line: usize },
    #[error("the request ends within its headers; expected an empty line in front of the body")]
    NoBlankLine,
    #[error("the body says that it is chunked, and the framing breaks off or is malformed at byte {at} of it")]
    Chunk { at: usize },
}

impl Capture {
    pub fn parse(bytes: &[u8]) -> Result<Self, CaptureError> {
        let mut lines = Lines { rest: bytes, number: 0 };
        let request_line = lines.next().filter(|line| !line.is_empty()).ok_or(CaptureError::RequestLine)?;
        let request_line = String::from_utf8_lossy(request_line);
        let mut words = request_line.split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(CaptureError::RequestLine);
        };
        if !version.starts_with("HTTP/") || method.is_empty() {
            return Err(CaptureError::RequestLine);
        }
        let mut headers = Vec::new();
        loop {
            let line = lines.next().ok_or(CaptureError::NoBlankLine)?;
            if line.is_empty() {
                break;
            }
            let colon = line.iter().position(|byte| *byte == b':').filter(|at| *at > 0);
            let colon = colon.ok_or(CaptureError::Header { line: lines.number })?;
            let (name, value) = (&line[..colon], &line[colon + 1..]);
            if name.iter().any(u8::is_ascii_whitespace) {
                return Err(CaptureError::Header { line: lines.number });
            }
            headers.push(CapturedHeader {
                name: name.to_vec(),
                value: value.trim_ascii().to_vec(),
                line: lines.number,
            });
        }
        let body = content(&headers, lines.rest)?;
        Ok(Self { method: method.to_owned(), target: target.to_owned(), headers, body, body_line: lines.number + 1 })
    }

    pub fn header(&self, name: &str) -> Option<&CapturedHeader> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name.as_bytes()))
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
        self.headers.iter().map(|header| (header.name.as_slice(), header.value.as_slice()))
    }
}

fn content(headers: &[CapturedHeader], rest: &[u8]) -> Result<Vec<u8>, CaptureError> {
    let named = |name: &str| headers.iter().find(|header| header.name.eq_ignore_ascii_case(name.as_bytes()));
    if named("transfer-encoding").is_some_and(|header| header.value.eq_ignore_ascii_case(b"chunked")) {
        return unchunk(rest);
    }
    // An editor adds a line end that was not on the wire, and a signature covers every byte. Any other length is taken
    // as it is: printed examples carry lengths that do not fit.
    let length = named("content-length").and_then(|header| std::str::from_utf8(&header.value).ok()?.parse().ok());
    let added = |length: usize| rest.get(length..).is_some_and(|tail| tail == b"\n" || tail == b"\r\n");
    Ok(match length {
        Some(length) if added(length) => rest[..length].to_vec(),
        _ => rest.to_vec(),
    })
}

/// Undoes the chunked coding (RFC 9112 §7.1); extensions and trailers are read past.
fn unchunk(framed: &[u8]) -> Result<Vec<u8>, CaptureError> {
    let mut lines = Lines { rest: framed, number: 0 };
    let mut body = Vec::new();
    loop {
        let at = framed.len() - lines.rest.len();
        let wrong = || CaptureError::Chunk { at };
        let size = lines.next().ok_or_else(wrong)?;
        let size = size.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let size =
            std::str::from_utf8(size).ok().and_then(|size| usize::from_str_radix(size, 16).ok()).ok_or_else(wrong)?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(lines.rest.get(..size).ok_or_else(wrong)?);
        lines.rest = &lines.rest[size..];
        if lines.next().is_none_or(|line| !line.is_empty()) {
            return Err(wrong());
        }
    }
}

struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    /// The next line without its end; `None` where no line end is left.
    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        self.number += 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_line_ends_give_the_same_request() {
        let unix = Capture::parse(b"POST /a HTTP/1.1\nCe-Id:  7 \n\n{}").expect("a request");
        assert_eq!(unix, Capture::parse(b"POST /a HTTP/1.1\r\nCe-Id:  7 \r\n\r\n{}").expect("a request"));
        assert_eq!((unix.headers[0].value.as_slice(), unix.headers[0].line), (b"7".as_slice(), 2));
    }

    #[test]
    fn only_a_line_end_that_an_editor_added_is_cut_off() {
        let body = |length: usize, body: &str| {
            let text = format!("POST / HTTP/1.1\nContent-Length: {length}\n\n{body}");
            String::from_utf8(Capture::parse(text.as_bytes()).expect("a request").body).expect("text")
        };
        assert_eq!(body(2, "{}\n"), "{}");
        assert_eq!(body(2, "{}\r\n"), "{}");
        assert_eq!(body(3, "{}\n"), "{}\n");
        assert_eq!(body(1, "{}\n"), "{}\n");
    }

    #[test]
    fn chunks_are_joined_and_a_broken_frame_is_told() {
        let text = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n1\r\n \r\n0\r\n\r\n";
        assert_eq!(Capture::parse(text).expect("a request").body, b"{} ");
        let text = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}\r\n";
        assert_eq!(Capture::parse(text), Err(CaptureError::Chunk { at: 0 }));
    }

    #[test]
    fn what_is_no_request_says_which_line() {
        assert_eq!(Capture::parse(b""), Err(CaptureError::RequestLine));
        assert_eq!(Capture::parse(b"{}\n"), Err(CaptureError::RequestLine));
        assert_eq!(Capture::parse(b"POST / HTTP/1.1\nCe-Id 7\n\n"), Err(CaptureError::Header { line: 2 }));
        assert_eq!(Capture::parse(b"POST / HTTP/1.1\nCe-Id: 7\n"), Err(CaptureError::NoBlankLine));
    }
}
