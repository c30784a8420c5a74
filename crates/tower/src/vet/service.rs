//! The service: everything that can be decided before the body.

use std::fmt;
use std::marker::PhantomData;
use std::task::{Context, Poll};

use hookvet_receiver::{Head, Opening, Receiver};
use http::header::{CONTENT_LENGTH, EXPECT};
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::future::ResponseFuture;
use crate::body::{RequestBody, ResponseBody, SameBodies};
use crate::peer::peer_of;
use crate::refusal::{Refusal, written};

/// Hands a delivery to `inner` only once it is accepted. Story and examples: [module docs](super).
pub struct Vet<S, K = SameBodies> {
    inner: S,
    receiver: Receiver,
    bodies: PhantomData<fn() -> K>,
}

impl<S, K> Vet<S, K> {
    pub(super) fn new(inner: S, receiver: Receiver) -> Self {
        Self { inner, receiver, bodies: PhantomData }
    }
}

impl<S, K, In, Inner> Service<Request<In>> for Vet<S, K>
where
    In: Body,
    K: RequestBody<In> + ResponseBody<Inner>,
    S: Service<Request<<K as RequestBody<In>>::Body>, Response = Response<Inner>> + Clone,
{
    type Response = Response<<K as ResponseBody<Inner>>::Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S, S::Future, In, K>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<In>) -> Self::Future {
        let receiver = &self.receiver;
        let (headers, body) = (request.headers(), request.body());
        let announced = headers.get(CONTENT_LENGTH).and_then(|value| number(value.as_bytes()));
        let head = Head::new(request.method().as_str(), headers)
            .peer(if receiver.looks_at_peers() { peer_of(request.extensions()) } else { None })
            .body_at_least(announced.unwrap_or(0).max(body.size_hint().lower()));
        match receiver.open(head) {
            Opening::Read(reception) => ResponseFuture::read(receiver, reception, request, &mut self.inner),
            Opening::Refuse(turned) => {
                // Who waits to be asked for the body must not be asked for it.
                let is_waited_for = !headers.contains_key(EXPECT);
                let refusal = Refusal { turned, version: request.version(), is_body_left: !body.is_end_stream() };
                ResponseFuture::refused(receiver, refusal, is_waited_for, request.into_body())
            }
            Opening::Consent(answer) => ResponseFuture::answered(written(answer)),
        }
    }
}

/// What `Content-Length` says, if it says a number.
fn number(digits: &[u8]) -> Option<u64> {
    digits.trim_ascii().iter().try_fold(0_u64, |number, digit| {
        let value = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(value)
    })
}

impl<S: Clone, K> Clone for Vet<S, K> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), receiver: self.receiver.clone(), bodies: PhantomData }
    }
}

impl<S: fmt::Debug, K> fmt::Debug for Vet<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vet").field("inner", &self.inner).field("receiver", &self.receiver).finish()
    }
}
