//! The middleware's own answers, in the types of actix-web.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode, Version};
use hookvet_receiver::{Answer, Received};

use crate::delivery::Delivery;

/// A refusal that is decided and not yet written.
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

    pub(crate) fn into_response(self) -> HttpResponse {
        let mut response = with_delivery(self.turned.answer(), self.turned.received().clone());
        if self.is_body_left && self.is_http1() {
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}

/// An answer about a delivery, with the delivery beside it.
pub(crate) fn with_delivery(answer: Answer, received: Received) -> HttpResponse {
    let mut response = written(answer);
    response.extensions_mut().insert(Delivery(received));
    response
}

/// An answer as it is.
pub(crate) fn written(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::with_body(status_of(&answer), BoxBody::new(answer.body));
    for (name, value) in answer.headers {
        // Nothing comes into an answer that could not stand in a header.
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}

pub(crate) fn status_of(answer: &Answer) -> StatusCode {
    StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
