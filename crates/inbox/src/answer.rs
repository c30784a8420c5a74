//! What a sender is told.

use bytes::Bytes;
use hookvet::{PROBLEM_JSON, Problem, Rule, Vetter};
use hookvet_tower::receiver::Answer;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

/// Seconds after which a sender may come again.
const WAIT: &str = "5";

/// An answer without a body.
pub(crate) fn bare<B: From<Bytes>>(status: StatusCode) -> Response<B> {
    let mut response = Response::new(B::from(Bytes::new()));
    *response.status_mut() = status;
    response
}

/// 503 with `Retry-After`, and why.
pub(crate) fn unavailable<B: From<Bytes>>(vetter: &Vetter, message: &'static str) -> Response<B> {
    let refusal = vetter.refuse(Rule::StoreUnavailable, message);
    let body = Problem::of(&refusal).map(|problem| problem.to_json()).unwrap_or_default();
    let mut response = Response::new(B::from(Bytes::from(body)));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(WAIT));
    response
}

/// Nothing has judged the delivery: 500.
pub(crate) fn not_vetted<B: From<Bytes>>() -> Response<B> {
    let answer = Answer::not_vetted("put VetLayer around it");
    let mut response = Response::new(B::from(answer.body));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}
