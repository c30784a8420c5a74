//! Judges every delivery, and lets only the accepted ones through.
//!
//! [`VetLayer`] holds a [`Vetter`](hookvet::Vetter) and settings, [`Vet`] is the service, [`ResponseFuture`] what it
//! returns.
//!
//! # What happens to a request
//!
//! 1. What comes from an address outside [`peers`](VetLayer::peers) is answered with 403. `OPTIONS` is answered where the vetter takes part in the webhook [`Handshake`](hookvet::Handshake). Another method
//!    than `POST` is answered with 405 and `Allow`, and what comes faster than a
//!    [`limiter`](VetLayer::limiter) lets it with 429 and `Retry-After`.
//! 2. The headers are judged, all of them, before the body is touched. What they alone refuse is answered then: a sender
//!    that asked with `Expect: 100-continue` never sends its body.
//! 3. A `Content-Length` above [`Vetter::max_body`](hookvet::Vetter::max_body) is answered with 413 without reading; a
//!    body without a length is counted while it is read, so a chunked one cannot walk past the limit.
//! 4. The body is judged: signature, JSON, schema, the vendor's own rules.
//! 5. The inner service is called. Its request is the one that came: the same method, address, version and headers, and
//!    the same bytes, never parsed and written again. Its extensions also hold a [`Delivery`](crate::Delivery).
//!
//! A refusal is an `application/problem+json` document (RFC 9457) with every finding, and has the
//! [`Delivery`](crate::Delivery) in the extensions of its response, for layers around this one that count or log. The
//! inner service is then not called; it is told of refused deliveries with
//! [`OnInvalid::PassWithVerdict`](crate::OnInvalid::PassWithVerdict) only, and
//! [`OnInvalid::Quarantine`](crate::OnInvalid::Quarantine) keeps them and answers 202.
//!
//! # Example
//!
//! One delivery is let through, one is turned away:
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response, StatusCode};
//! use http_body_util::{BodyExt as _, Full};
//! use hookvet::{Vetter, amlyze};
//! use hookvet_tower::{Delivery, VetLayer};
//! use tower::{Layer as _, ServiceExt as _, service_fn};
//!
//! async fn store(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
//!     let delivery: &Delivery = request.extensions().get().ok_or("the layer is missing")?;
//!     let customer: amlyze::CustomerUpdated = delivery.read()?;
//!     assert_eq!(customer.risk_level, Some(amlyze::RiskLevel::High));
//!     // 204: a 200 without a body is wrong by the CloudEvents webhook document, section 2.2.
//!     let mut response = Response::new(Full::default());
//!     *response.status_mut() = StatusCode::NO_CONTENT;
//!     Ok(response)
//! }
//!
//! fn delivery(risk_level: &str) -> Request<Full<Bytes>> {
//!     let body = format!(r#"{{"customerExternalID":"42","riskLevel":"{risk_level}","updatedAt":"2026-03-10T12:53:45Z"}}"#);
//!     Request::post("/amlyze")
//!         .header("ce-specversion", "1.0")
//!         .header("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c")
//!         .header("ce-source", "customer")
//!         .header("ce-type", "com.amlyze.customer.updated")
//!         .header("ce-subject", "42")
//!         .header("content-type", "application/json")
//!         .body(Full::from(body))
//!         .expect("a request")
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let service = VetLayer::new(Vetter::amlyze().build()?).layer(service_fn(store));
//!
//! let response = service.clone().oneshot(delivery("HIGH")).await?;
//! assert_eq!(response.status(), StatusCode::NO_CONTENT);
//!
//! let response = service.oneshot(delivery("SEVERE")).await?;
//! assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
//! assert_eq!(response.headers()["content-type"], "application/problem+json");
//! let problem = response.into_body().collect().await?.to_bytes();
//! let problem = std::str::from_utf8(&problem)?;
//! assert!(problem.contains(r#""rule":"SCHEMA-enum","severity":"drift","where":"body:/riskLevel""#));
//! // No refusal repeats what was sent.
//! assert!(!problem.contains("SEVERE"));
//! # Ok(())
//! # }
//! ```
//!
//! # In front of axum
//!
//! An axum 0.8 `Router` or `MethodRouter` takes the layer in one line, and every extractor behind it works as before,
//! since the body is there again. Prefer `route_layer`: `layer` judges requests for unknown paths too.
//!
//! ```
//! use axum::{Json, Router, http::StatusCode, routing::post};
//! use hookvet::{Secret, Vetter};
//! use hookvet_tower::VetLayer;
//!
//! async fn verification(Json(envelope): Json<serde_json::Value>) -> StatusCode {
//!     StatusCode::OK
//! }
//!
//! # fn app() -> Result<Router, Box<dyn std::error::Error>> {
//! let secret = Secret::parse("whsec_000102030405060708090a0b0c0d0e0f")?;
//! let app = Router::new()
//!     .route("/dataspike", post(verification))
//!     .route_layer(VetLayer::new(Vetter::dataspike().secret(secret).build()?));
//! # Ok(app)
//! # }
//! # app().expect("an app");
//! ```
//!
//! axum's own limit of 2 MB for the bodies that its extractors read stays in force behind the layer; raise it with
//! `DefaultBodyLimit` where `max_body` is larger.
//!
//! # In front of bare hyper
//!
//! A body that only hyper can make needs a word on which body the inner service takes; see [`body`](crate::body).
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use hookvet::Vetter;
//! use hookvet_tower::VetLayer;
//! use hyper::body::Incoming;
//! use hyper_util::service::TowerToHyperService;
//! use tower::{Layer as _, service_fn};
//!
//! async fn store(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     Ok(Response::new(Full::from("stored")))
//! }
//!
//! let layer = VetLayer::new(Vetter::amlyze().build()?).with_body::<Full<Bytes>>();
//! let service = TowerToHyperService::new(layer.layer(service_fn(store)));
//! # fn serves<S: hyper::service::Service<Request<Incoming>>>(_: S) {}
//! # serves(service);
//! # Ok::<(), hookvet::BuildError>(())
//! ```
//!
//! # In front of other frameworks
//!
//! What hands its requests on as [`http::Request`] takes the layer. poem does not: its adapter for tower layers passes poem's own request
//! type, so there a vetted service goes in whole, as an endpoint. actix-web has `hookvet-actix`.
//!
//! # The end of a connection
//!
//! A sender writes its whole body before it looks at the answer, and a connection that is closed on it while it writes
//! may cost it the answer. So over HTTP/1 what is left of a refused body is read and forgotten first: as many bytes as
//! an accepted delivery may have (at least 64 KiB), and no longer than [`VetLayer::linger`]. Where that reaches the end, the connection
//! stays open for the next request; where not, the answer says `connection: close`. HTTP/2 can refuse one stream
//! without the others, so there the answer goes out at once. Without the feature `deadline` it does so everywhere.
//!
//! # What does not come through
//!
//! Trailers of a chunked body: a body made from bytes has none. Neither vendor documents any, and nothing that was not
//! judged gets past the layer. The header section stays as it was, so it may still announce them, or chunks.
//!
//! # Panics of others
//!
//! An observer that panics is caught, and so is the sink of a quarantine, which has then kept nothing: 503. A limiter, a clock and the
//! inner service are not: their panic ends the request, as it would without this layer, and nothing is acknowledged.
//!
//! # When a body is there at once
//!
//! `call` takes what is there of the body with one poll that wakes nobody. Where that is all of it, as in tests and behind a layer
//! that has read it, the delivery is judged and the inner service called right there, and nothing is kept for a wait that does not
//! come. All else waits in the [`ResponseFuture`], which asks the body again before it waits. In either case the headers are
//! judged first.
//!
//! # Readiness
//!
//! `poll_ready` is the inner service's. What it has set aside, such as a place under a concurrency limit, is kept while
//! the body is read, for [`body_deadline`](VetLayer::body_deadline) at the most; put such a limit outside the layer where slow
//! senders are a worry.

mod future;
mod layer;
mod service;

pub use future::ResponseFuture;
pub use layer::VetLayer;
pub use service::Vet;
