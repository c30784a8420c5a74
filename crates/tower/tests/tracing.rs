//! The inner service inside the delivery's span.
//!
//! A program of its own: whether a place in the code is traced is one decision for the whole process, and a test without a
//! subscriber can make it just when this one gets its own.
#![cfg(feature = "tracing")]

use std::convert::Infallible;

use bytes::Bytes;
use hookvet::Vetter;
use hookvet_tests::samples::{AMLYZE_BODY, amlyze_headers};
use hookvet_tower::VetLayer;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer as _, ServiceExt as _, service_fn};

#[test]
fn what_the_inner_service_does_is_inside_the_span_of_the_delivery() {
    let inner = service_fn(async |_: Request<Full<Bytes>>| {
        let name = || tracing::Span::current().metadata().map(|span| (span.target(), span.name()));
        assert_eq!(name(), Some(("hookvet", "delivery")));
        tokio::task::yield_now().await;
        assert_eq!(name(), Some(("hookvet", "delivery")));
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    let service = VetLayer::new(Vetter::amlyze().build().expect("a vetter")).layer(inner);
    let mut request = Request::post("/hook");
    for (name, value) in amlyze_headers(&[]) {
        request = request.header(name, value);
    }
    let request = request.body(Full::<Bytes>::from(AMLYZE_BODY)).expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry());
    let response = runtime.block_on(service.oneshot(request)).expect("infallible");
    assert_eq!(response.status(), 200);
    // The span ends with the delivery.
    assert!(tracing::Span::current().metadata().is_none());
}
