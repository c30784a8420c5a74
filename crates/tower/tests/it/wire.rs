//! A server on loopback that remembers what its handler was given.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hookvet::Vetter;
pub(crate) use hookvet_tests::wire::{Answer, Client};
use hookvet_tower::{Delivery, VetLayer};

use crate::samples::NOW;

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
