//! The layer's own answers: to a delivery that is not let through, and to a sender that asks whether it may deliver.

use std::time::Duration;

use bytes::Bytes;
use hookvet::{HandshakeAnswer, PROBLEM_JSON, Problem};
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode, Version};

use crate::delivery::Delivery;

/// A refusal that is decided and not yet written.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) delivery: Delivery,
    /// The value of `Allow`, where the method was wrong.
    pub(crate) allow: Option<HeaderValue>,
    /// How long to wait, where deliveries come too fast.
    pub(crate) retry_after: Option<Duration>,
    /// Of the request.
    pub(crate) version: Version,
    /// Whether a part of the body was left unread, so that no further request can follow it.
    pub(crate) is_body_left: bool,
}

impl Refusal {
    /// Whether the request came over a connection on which the rest of its body stands before the next request.
    pub(crate) fn is_http1(&self) -> bool {
        self.version < Version::HTTP_2
    }

    pub(crate) fn into_response(self) -> Response<Bytes> {
        let verdict = self.delivery.verdict();
        let problem = Problem::of(verdict).map(|problem| problem.to_json()).unwrap_or_default();
        let mut response = Response::new(Bytes::from(problem));
        *response.status_mut() = StatusCode::from_u16(verdict.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let is_close = self.is_body_left && self.is_http1();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, allow);
        }
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if is_close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response.extensions_mut().insert(self.delivery);
        response
    }
}

/// The answer to a sender that asks whether it may deliver.
pub(crate) fn consent(answer: &HandshakeAnswer) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    for (name, value) in answer.headers() {
        // The core lets nothing into a value that could not stand in a header.
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}
