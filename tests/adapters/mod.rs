//! The three adapters behind real sockets, with handlers that do the same.

mod actix;
mod axum;
mod hyper;

use std::collections::HashMap;
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hookvet_receiver::{Received, Receiver};
use hookvet_tests::wire::{Answer, Client};

/// Which adapter stands in front of the handler.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Adapter {
    /// `hookvet_tower` in an axum router.
    Axum,
    /// `hookvet_tower` in front of a hyper server, HTTP/1 and HTTP/2.
    Hyper,
    /// `hookvet_actix` in an actix-web server.
    Actix,
}

impl Adapter {
    pub(crate) const ALL: [Self; 3] = [Self::Axum, Self::Hyper, Self::Actix];
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Axum => "axum",
            Self::Hyper => "hyper",
            Self::Actix => "actix-web",
        })
    }
}

/// What a handler was given.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Bytes,
    pub(crate) received: Received,
}

/// What the handlers were given, by path.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<HashMap<String, Vec<Call>>>>);

impl Calls {
    /// What every handler does: it remembers, and panics where the request asks for it.
    fn note<'h>(
        &self,
        path: &str,
        headers: impl Iterator<Item = (&'h str, &'h [u8])>,
        body: Bytes,
        received: &Received,
    ) {
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_vec())).collect();
        let must_panic = headers.iter().any(|(name, _)| name == "x-panic");
        self.lock().entry(path.to_owned()).or_default().push(Call { headers, body, received: received.clone() });
        assert!(!must_panic, "a handler that panics because its test wants it");
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Call>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server in a thread of its own; it lives until the tests end.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    calls: Calls,
}

impl Server {
    /// One handler at each path, each behind a receiver of its own. It answers 204.
    pub(crate) fn start(adapter: Adapter, routes: Vec<(String, Receiver)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let calls = Calls::default();
        let theirs = calls.clone();
        std::thread::spawn(move || match adapter {
            Adapter::Axum => axum::serve(listener, routes, &theirs),
            Adapter::Hyper => hyper::serve(listener, routes, theirs),
            Adapter::Actix => actix::serve(listener, routes, theirs),
        });
        Self { address, calls }
    }

    /// A handler at `/hook`.
    pub(crate) fn hook(adapter: Adapter, receiver: Receiver) -> Self {
        Self::start(adapter, vec![("/hook".to_owned(), receiver)])
    }

    pub(crate) fn connect(&self) -> Client {
        Client::to(self.address)
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn ask(&self, request: impl AsRef<[u8]>) -> Answer {
        self.connect().ask(request)
    }

    /// What the handler at a path was given since the last time somebody asked.
    pub(crate) fn take(&self, path: &str) -> Vec<Call> {
        self.calls.lock().remove(path).unwrap_or_default()
    }
}
