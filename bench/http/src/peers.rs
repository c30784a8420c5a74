//! What else could stand there.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use cloudevents::binding::http::to_event;

/// The event that the SDK for Rust makes of a request. Nothing of its payload is validated.
///
/// These are the lines of the SDK's own extractor, which is not taken itself: its feature `axum` switches on all the features of
/// axum for the whole build, and so changes the route that everything here is compared with.
pub(crate) struct SdkEvent(#[expect(dead_code, reason = "a handler would read it")] cloudevents::Event);

impl<S: Send + Sync> FromRequest<S> for SdkEvent {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX)
            .await
            .map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response())?;
        to_event(&parts.headers, body.to_vec())
            .map(Self)
            .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()).into_response())
    }
}

/// What one would write with `jsonschema`: looks the headers up, reads the body as a tree, and asks a schema that was compiled when
/// the layer was built.
#[derive(Clone)]
pub(crate) struct JsonSchema {
    event_type: &'static str,
    schema: Arc<jsonschema::Validator>,
}

impl JsonSchema {
    pub(crate) fn new(event_type: &'static str, schema: &str) -> Self {
        let schema = serde_json::from_str(schema).expect("JSON");
        let schema = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
        Self { event_type, schema: Arc::new(schema) }
    }

    /// For `axum::middleware::from_fn`, which boxes its future.
    pub(crate) async fn check(self, request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        if !self.are_headers_right(&parts.headers) {
            return StatusCode::BAD_REQUEST.into_response();
        }
        let Ok(body) = to_bytes(body, 256 * 1024).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
        if !self.is_valid(&body) {
            return StatusCode::UNPROCESSABLE_ENTITY.into_response();
        }
        next.run(Request::from_parts(parts, Body::from(body))).await
    }

    fn are_headers_right(&self, headers: &HeaderMap) -> bool {
        let one =
            |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
        one("content-type") == Some("application/json")
            && one("ce-specversion") == Some("1.0")
            && one("ce-type") == Some(self.event_type)
            && ["ce-id", "ce-source", "ce-subject", "ce-time"].into_iter().all(|name| one(name).is_some())
    }

    fn is_valid(&self, body: &Bytes) -> bool {
        serde_json::from_slice(body).is_ok_and(|document| self.schema.is_valid(&document))
    }
}
