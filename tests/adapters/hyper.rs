//! `VetLayer` in front of a bare hyper server.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;

use ::hyper::body::Incoming;
use bytes::Bytes;
use hookvet_receiver::Receiver;
use hookvet_tower::{Delivery, VetLayer};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::Calls;

pub(super) fn serve(listener: TcpListener, routes: Vec<(String, Receiver)>, calls: Calls) {
    let layers: HashMap<String, _> = routes
        .into_iter()
        .map(|(path, receiver)| (path, VetLayer::from(receiver).with_body::<Full<Bytes>>()))
        .collect();
    let layers = Arc::new(layers);
    let handler = service_fn(move |request: Request<Full<Bytes>>| {
        let calls = calls.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let delivery: &Delivery = parts.extensions.get().expect("a vetted delivery");
            let headers = parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
            calls.note(parts.uri.path(), headers, body, delivery);
            let mut response = Response::new(Full::<Bytes>::default());
            *response.status_mut() = StatusCode::NO_CONTENT;
            Ok::<_, Infallible>(response)
        }
    });
    let routing = service_fn(move |request: Request<Incoming>| {
        let service = layers.get(request.uri().path()).expect("a path of the test").layer(handler.clone());
        service.oneshot(request)
    });
    let service = TowerToHyperService::new(routing);
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let service = service.clone();
            tokio::spawn(async move {
                // A connection that breaks is the tests' doing.
                let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}
