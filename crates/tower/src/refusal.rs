//! The layer's own answers, in the types of the `http` crate.

use bytes::Bytes;
use hookvet_receiver::{Answer, Received};
use http::header::CONNECTION;
use http::{HeaderName, HeaderValue, Response, StatusCode, Version};

use crate::delivery::Delivery;

/// A refusal that is decided and not yet written.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) turned: hookvet_receiver::Refusal,
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
        let mut response = with_delivery(self.turned.answer(), self.turned.received().clone());
        if self.is_body_left && self.is_http1() {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// An answer about a delivery, with the delivery beside it.
pub(crate) fn with_delivery(answer: Answer, received: Received) -> Response<Bytes> {
    let mut response = written(answer);
    response.extensions_mut().insert(Delivery(received));
    response
}

/// An answer as it is.
pub(crate) fn written(answer: Answer) -> Response<Bytes> {
    let mut response = Response::new(answer.body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        // Nothing comes into an answer that could not stand in a header.
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}
