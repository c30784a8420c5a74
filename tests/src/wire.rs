//! A client that writes exactly the octets it is told to, for adapters over real sockets.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How long a client waits for anything before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Headers as octets.
pub type Headers = [(String, Vec<u8>)];

/// A whole HTTP/1.1 request with a `Content-Length`.
#[must_use]
pub fn request(method: &str, path: &str, headers: &Headers, body: &[u8]) -> Vec<u8> {
    let mut request = head(method, path, headers);
    request.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
    request
}

/// A whole HTTP/1.1 POST with a body in chunks of `size` bytes.
#[must_use]
pub fn chunked(path: &str, headers: &Headers, body: &[u8], size: usize) -> Vec<u8> {
    let mut request = head("POST", path, headers);
    request.extend_from_slice(b"transfer-encoding: chunked\r\n\r\n");
    for chunk in body.chunks(size) {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

fn head(method: &str, path: &str, headers: &Headers) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    head
}

/// The part of a request before its body.
///
/// # Panics
/// Where it has no end.
#[must_use]
pub fn head_of(request: &[u8]) -> &[u8] {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").expect("the end of a head");
    &request[..end + 4]
}

/// One connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Client {
    /// Connects.
    ///
    /// # Panics
    /// Where nobody listens.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        Self { stream, unread: Vec::new() }
    }

    /// Writes everything.
    ///
    /// # Panics
    /// Where the server does not take it.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("written");
    }

    /// Writes as much as the server takes, as a sender does that does not look at the answer before it is through.
    pub fn send_blindly(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref());
    }

    /// Writes in pieces of `size` bytes with a pause behind each.
    pub fn drip(&mut self, bytes: impl AsRef<[u8]>, size: usize, pause: Duration) {
        for piece in bytes.as_ref().chunks(size) {
            self.send_blindly(piece);
            thread::sleep(pause);
        }
    }

    /// Says that nothing more will be written.
    ///
    /// # Panics
    /// Where the connection is gone.
    pub fn finish(&self) {
        self.stream.shutdown(Shutdown::Write).expect("a socket");
    }

    /// The next answer; `None` where the server closes the connection without one.
    ///
    /// # Panics
    /// Where something else than an answer comes, or nothing for long.
    pub fn answer(&mut self) -> Option<Answer> {
        let head_len = loop {
            if let Some(at) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.read_more() {
                return None;
            }
        };
        let head = String::from_utf8(self.unread.drain(..head_len).collect()).expect("an ASCII head");
        let mut answer = Answer::parse(&head);
        let body = if answer.header("transfer-encoding") == Some("chunked") {
            self.take_chunks()
        } else {
            let len = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
            self.take(len)
        };
        answer.body = String::from_utf8(body).expect("UTF-8");
        Some(answer)
    }

    fn take(&mut self, len: usize) -> Vec<u8> {
        while self.unread.len() < len && self.read_more() {}
        assert!(self.unread.len() >= len, "a body is cut off at {} of {len} bytes", self.unread.len());
        self.unread.drain(..len).collect()
    }

    /// A body in chunks, without trailers.
    fn take_chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let line_end = loop {
                match self.unread.windows(2).position(|window| window == b"\r\n") {
                    Some(at) => break at,
                    None => assert!(self.read_more(), "chunks are cut off"),
                }
            };
            let line = self.take(line_end + 2);
            let size = std::str::from_utf8(&line).ok().and_then(|line| usize::from_str_radix(line.trim_end(), 16).ok());
            let size = size.expect("the size of a chunk");
            body.extend_from_slice(&self.take(size + 2)[..size]);
            if size == 0 {
                return body;
            }
        }
    }

    /// Sends one request and waits for its answer.
    ///
    /// # Panics
    /// Where there is none.
    pub fn ask(&mut self, request: impl AsRef<[u8]>) -> Answer {
        self.send(request);
        self.answer().expect("an answer")
    }

    /// Whether the server has closed the connection, waiting for it.
    pub fn is_closed(&mut self) -> bool {
        self.unread.is_empty() && !self.read_more()
    }

    /// What has been read and not been asked for.
    ///
    /// # Panics
    /// Where it is no text.
    pub fn take_unread(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.unread)).expect("UTF-8")
    }

    fn read_more(&mut self) -> bool {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(0) => false,
            Ok(len) => {
                self.unread.extend_from_slice(&buffer[..len]);
                true
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("no answer: {error}"),
        }
    }
}

/// A response as it stood on the wire.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    fn parse(head: &str) -> Self {
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status: status.parse().expect("a status"), headers, body: String::new() }
    }

    /// The first header of a name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The rule ids of a problem document.
    ///
    /// # Panics
    /// Where the body is none.
    #[must_use]
    pub fn rules(&self) -> Vec<String> {
        let problem: Value =
            serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no problem document: {self:?}"));
        assert_eq!(problem["status"], self.status);
        let findings = problem["findings"].as_array().expect("findings");
        findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
    }
}
