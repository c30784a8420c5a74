//! Why an extractor gave nothing.

use std::{error, fmt};

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use hookvet::TypedError;
use hookvet_receiver::Answer;
use http::StatusCode;

use crate::delivery::Delivery;
use crate::refusal::{with_delivery, written};

/// What is said to whoever forgot the layer.
const REMEDY: &str = "put `hookvet_tower::VetLayer` in front of its route";

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
        StatusCode::from_u16(self.answer().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
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

impl VettedRejection {
    fn answer(&self) -> Answer {
        match self {
            // A delivery that was refused always has an answer.
            Self::Refused(delivery) => delivery.answer().unwrap_or_else(|| Answer::not_vetted(REMEDY)),
            Self::MissingLayer => Answer::not_vetted(REMEDY),
            Self::Unread(error) => Answer::unread(error),
        }
    }
}

impl IntoResponse for VettedRejection {
    fn into_response(self) -> Response {
        let answer = self.answer();
        let response = match self {
            Self::Refused(delivery) => with_delivery(answer, delivery.0),
            Self::MissingLayer | Self::Unread(_) => written(answer),
        };
        response.map(Body::from)
    }
}
