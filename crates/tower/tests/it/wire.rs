//! A server on loopback and a client that writes exactly the bytes it is told to.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hookvet::Vetter;
use hookvet_tower::{Delivery, VetLayer};

use crate::samples::NOW;

/// How long a client waits for anything before a test fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a handler was given.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) delivery: Delivery,
}

/// A server in a thread of its own; it lives until the tests end.
pub(crate) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// A handler behind `layer` that answers 204 and remembers what it was given.
    pub(crate) fn behind(layer: VetLayer) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let list = seen.clone();
        let handler = async move |delivery: axum::Extension<Delivery>, headers: HeaderMap, body: Bytes| {
            list.lock().expect("no panic").push(Seen { headers, body, delivery: delivery.0 });
            StatusCode::NO_CONTENT
        };
        // `layer`, so that the fallback for other methods is behind it too.
        let address = serve(Router::new().route("/hook", post(handler).layer(layer)));
        Self { address, seen }
    }

    pub(crate) fn vetting(vetter: Vetter) -> Self {
        Self::behind(VetLayer::with_clock(vetter, || NOW))
    }

    pub(crate) fn connect(&self) -> Client {
        Client::to(self.address)
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn ask(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut client = self.connect();
        client.send(request);
        client.answer().expect("an answer")
    }

    /// What the handler was given so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no panic").clone()
    }
}

/// Serves `app` on a free port until the process ends.
pub(crate) fn serve(app: Router) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, app).await.expect("a server");
        });
    });
    address
}

/// One connection.
pub(crate) struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Client {
    pub(crate) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        Self { stream, unread: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("written");
    }

    /// Writes as much as the server takes, as a sender does that does not look at the answer before it is through.
    pub(crate) fn send_blindly(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref());
    }

    /// Writes in pieces of `size` bytes with a pause behind each.
    pub(crate) fn drip(&mut self, bytes: impl AsRef<[u8]>, size: usize, pause: Duration) {
        for piece in bytes.as_ref().chunks(size) {
            self.send_blindly(piece);
            thread::sleep(pause);
        }
    }

    /// Says that nothing more will be written.
    #[cfg(feature = "deadline")]
    pub(crate) fn finish(&self) {
        self.stream.shutdown(std::net::Shutdown::Write).expect("a socket");
    }

    /// The next answer; `None` where the server closes the connection without one.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
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
        let len = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        while self.unread.len() < len && self.read_more() {}
        answer.body = String::from_utf8(self.unread.drain(..len).collect()).expect("UTF-8");
        Some(answer)
    }

    /// Whether the server has closed the connection, waiting for it.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.unread.is_empty() && !self.read_more()
    }

    /// What has been read and not been asked for.
    pub(crate) fn take_unread(&mut self) -> String {
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
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
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

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The rule ids of a problem document.
    pub(crate) fn rules(&self) -> Vec<String> {
        let problem: serde_json::Value = serde_json::from_str(&self.body).expect("a problem document");
        assert_eq!(problem["status"], self.status);
        let findings = problem["findings"].as_array().expect("findings");
        findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
    }
}
