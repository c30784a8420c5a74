//! Why an extractor gave nothing.

use std::{error, fmt};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use hookvet::TypedError;
use hookvet_receiver::Answer;

use crate::delivery::Delivery;
use crate::refusal::{status_of, with_delivery, written};

/// What is said to whoever forgot the middleware.
const REMEDY: &str = "wrap its resource in `hookvet_actix::Vet`";

/// Why an extractor gave nothing. As a response it is a problem document (RFC 9457), as a refusal of the middleware is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum VettedRejection {
    /// No [`Vet`](crate::Vet) is around the handler: 500.
    MissingVet,
    /// The delivery was refused and passed on with its verdict: the answer that the middleware would have given.
    Refused(Delivery),
    /// The delivery was accepted, but it holds no event of the type that the handler asks for: 422, or 500 where the
    /// middleware around the handler vets another vendor, so that it never can.
    Unread(TypedError),
}

impl VettedRejection {
    fn answer(&self) -> Answer {
        match self {
            // A delivery that was refused always has an answer.
            Self::Refused(delivery) => delivery.answer().unwrap_or_else(|| Answer::not_vetted(REMEDY)),
            Self::MissingVet => Answer::not_vetted(REMEDY),
            Self::Unread(error) => Answer::unread(error),
        }
    }
}

impl fmt::Display for VettedRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingVet => "no delivery was vetted for this handler: wrap its resource in `hookvet_actix::Vet`",
            Self::Refused(_) => "the delivery is refused",
            Self::Unread(_) => "the delivery is accepted, but it holds no event that this handler takes",
        })
    }
}

impl error::Error for VettedRejection {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Unread(error) => Some(error),
            Self::MissingVet | Self::Refused(_) => None,
        }
    }
}

impl ResponseError for VettedRejection {
    fn status_code(&self) -> StatusCode {
        status_of(&self.answer())
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Refused(delivery) => with_delivery(self.answer(), delivery.0.clone()),
            Self::MissingVet | Self::Unread(_) => written(self.answer()),
        }
    }
}
