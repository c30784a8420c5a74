//! `VetLayer` in an axum router.

use std::net::TcpListener;

use ::axum::Router;
use ::axum::body::Bytes;
use ::axum::http::{HeaderMap, StatusCode};
use ::axum::routing::any;
use hookvet_receiver::Receiver;
use hookvet_tower::{Delivery, VetLayer};

use super::Calls;

pub(super) fn serve(listener: TcpListener, routes: Vec<(String, Receiver)>, calls: &Calls) {
    let mut app = Router::new();
    for (path, receiver) in routes {
        let (calls, own_path) = (calls.clone(), path.clone());
        let handler = async move |delivery: Delivery, headers: HeaderMap, body: Bytes| {
            let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
            calls.note(&own_path, headers, body, &delivery);
            StatusCode::NO_CONTENT
        };
        app = app.route(&path, any(handler).layer(VetLayer::from(receiver)));
    }
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        ::axum::serve(listener, app).await.expect("a server");
    });
}
