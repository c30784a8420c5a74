//! Why an extractor gave nothing.

use std::{error, fmt};

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use hookvet::{PROBLEM_JSON, TypedError};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode, Version};

use crate::delivery::Delivery;
use crate::refusal::Refusal;

/// Why an extractor gave nothing. As a response it is a problem document (RFC 9457), as a refusal of the layer is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum VettedRejection {
    /// No [`VetLayer`](crate::VetLayer) stands in front of the handler: 500.
    MissingLayer,
    /// The delivery was refused and passed on with its verdict: the answer that the layer would have given.
    Refused(Delivery),
    /// The delivery was accepted, but it holds no event of the type that the handler asks for: 422, or 500 where the
    /// layer in front of the handler vets another vendor, so that it never can.
    Unread(TypedError),
}

impl VettedRejection {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused(delivery) => StatusCode::from_u16(delivery.verdict().status()).unwrap_or_default(),
            Self::MissingLayer | Self::Unread(TypedError::OtherVendor { .. }) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unread(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl fmt::Display for VettedRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingLayer => {
                "no delivery was vetted for this handler: put `hookvet_tower::VetLayer` in front of its route"
            }
            Self::Refused(_) => "the delivery is refused",
            Self::Unread(_) => "the delivery is accepted, but it holds no event that this handler takes",
        })
    }
}

impl error::Error for VettedRejection {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Unread(error) => Some(error),
            Self::MissingLayer | Self::Refused(_) => None,
        }
    }
}

impl IntoResponse for VettedRejection {
    fn into_response(self) -> Response {
        let status = self.status();
        let (name, title, detail) = match self {
            Self::Refused(delivery) => {
                let version = Version::HTTP_11;
                let refusal = Refusal { delivery, allow: None, retry_after: None, version, is_body_left: false };
                return refusal.into_response().map(Body::from);
            }
            Self::MissingLayer => ("not-vetted", "The delivery was not vetted", self.to_string()),
            Self::Unread(error) => ("other-event", "The event is not the one that is taken here", error.to_string()),
        };
        let problem = serde_json::json!({
            "type": format!("urn:hookvet:problem:{name}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
            "findings": [],
        });
        let mut response = Response::new(Body::from(problem.to_string()));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response
    }
}
