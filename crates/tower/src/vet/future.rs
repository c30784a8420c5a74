//! The state machine from the first byte of the body to the answer.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hookvet_receiver::{Closing, DeliverySpan, End, Keeping, Receiver, Reception};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{Request, Response, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::body::{RequestBody, ResponseBody};
use crate::collect::{Collected, poll_discard};
use crate::delivery::Delivery;
use crate::refusal::{Refusal, with_delivery};
use crate::timer::Timer;

/// What is read past of a refused body even where accepted ones must be smaller, in bytes: about what is on its way
/// anyhow, in buffers that nobody can call back.
const MIN_LINGER: usize = 64 * 1024;

pin_project! {
    /// Yields the inner response, or a refusal without calling `inner`.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, F, B, K> {
        receiver: Receiver,
        span: Option<DeliverySpan>,
        #[pin]
        state: State<S, F, B>,
        bodies: PhantomData<fn() -> K>,
    }
}

pin_project! {
    // As large as a request, and that on purpose: an accepted delivery is never moved to the heap.
    #[project = StateProj]
    enum State<S, F, B> {
        WithBody {
            #[pin]
            body: B,
            timer: Timer,
            step: Step<S>,
        },
        Calling {
            #[pin]
            future: F,
        },
        Keeping {
            keeping: Keeping,
        },
        Answered {
            // `None` once it has been handed out.
            response: Option<Response<Bytes>>,
        },
    }
}

/// What is done with the body.
#[expect(clippy::large_enum_variant, reason = "the large one is the common one")]
enum Step<S> {
    /// It is taken to be judged.
    Reading(Reading<S>),
    /// It is read past, so that the refusal can be read by its sender.
    Lingering(Lingering),
}

/// Everything that waits for the body. It is used where it lies: a move of it costs as much as a small allocation.
pub(super) struct Reading<S> {
    /// `None` once it was judged.
    reception: Option<Reception>,
    /// `None` once the inner service has them.
    parts: Option<request::Parts>,
    inner: S,
    collected: Collected,
}

impl<S> Reading<S> {
    pub(super) const fn new(reception: Reception, parts: request::Parts, inner: S, limit: usize) -> Self {
        Self { reception: Some(reception), parts: Some(parts), inner, collected: Collected::new(limit) }
    }
}

/// A refusal that waits for what is left of the body, and for how many bytes of it.
struct Lingering {
    /// `None` once it is answered.
    refusal: Option<Refusal>,
    left: usize,
}

impl<S, F, B: Body, K> ResponseFuture<S, F, B, K> {
    pub(super) fn reading(receiver: &Receiver, reading: Reading<S>, body: B) -> Self {
        let timer = Timer::new(receiver.max_body_time());
        let span = reading.reception.as_ref().map(|reception| reception.span().clone());
        let state = State::WithBody { body, timer, step: Step::Reading(reading) };
        Self { receiver: receiver.clone(), span, state, bodies: PhantomData }
    }

    pub(super) fn refused(receiver: &Receiver, refusal: Refusal, is_body_on_its_way: bool, body: B) -> Self {
        let state = if is_body_on_its_way && lingers(receiver, &refusal) {
            let timer = Timer::new(Some(receiver.linger_time()));
            let left = linger_bytes(receiver);
            State::WithBody { body, timer, step: Step::Lingering(Lingering { refusal: Some(refusal), left }) }
        } else {
            State::Answered { response: Some(refusal.into_response()) }
        };
        Self { receiver: receiver.clone(), span: None, state, bodies: PhantomData }
    }
}

impl<S, F, B, K> ResponseFuture<S, F, B, K> {
    pub(super) fn answered(receiver: &Receiver, response: Response<Bytes>) -> Self {
        let state = State::Answered { response: Some(response) };
        Self { receiver: receiver.clone(), span: None, state, bodies: PhantomData }
    }
}

/// Whether it is worth waiting for the rest of the body before answering.
fn lingers(receiver: &Receiver, refusal: &Refusal) -> bool {
    refusal.is_body_left && refusal.is_http1() && receiver.linger_time() > Duration::ZERO && Timer::is_available()
}

/// How much of a refused body is read past, in bytes.
fn linger_bytes(receiver: &Receiver) -> usize {
    receiver.vetter().max_body().max(MIN_LINGER)
}

impl<S, B, K, Inner> Future for ResponseFuture<S, S::Future, B, K>
where
    B: Body,
    K: RequestBody<B> + ResponseBody<Inner>,
    S: Service<Request<<K as RequestBody<B>>::Body>, Response = Response<Inner>>,
{
    type Output = Answered<K, Inner, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let (receiver, state) = (&*this.receiver, this.state);
        match this.span {
            Some(span) => span.in_scope(|| advance::<S, B, K, Inner>(receiver, state, cx)),
            None => advance::<S, B, K, Inner>(receiver, state, cx),
        }
    }
}

/// What comes out in the end.
type Answered<K, Inner, E> = Result<Response<<K as ResponseBody<Inner>>::Body>, E>;

/// Goes on until something has to be waited for.
fn advance<S, B, K, Inner>(
    receiver: &Receiver,
    mut state: Pin<&mut State<S, S::Future, B>>,
    cx: &mut Context<'_>,
) -> Poll<Answered<K, Inner, S::Error>>
where
    B: Body,
    K: RequestBody<B> + ResponseBody<Inner>,
    S: Service<Request<<K as RequestBody<B>>::Body>, Response = Response<Inner>>,
{
    loop {
        let next = match state.as_mut().project() {
            StateProj::WithBody { body, timer, step } => match step {
                Step::Reading(reading) => {
                    let end = ready!(reading.collected.poll(body, timer, cx));
                    let (Some(reception), Some(mut parts)) = (reading.reception.take(), reading.parts.take()) else {
                        unreachable!("both are taken once, and then the state changes");
                    };
                    match receiver.close(reception, reading.collected.take().into_bytes(), end) {
                        Closing::Pass(received) => {
                            let body = <K as RequestBody<B>>::request_body(received.body().clone());
                            if received.is_decoded() {
                                parts.headers.remove(CONTENT_ENCODING);
                                parts.headers.insert(CONTENT_LENGTH, received.body().len().into());
                            }
                            parts.extensions.insert(Delivery(received));
                            State::Calling { future: reading.inner.call(Request::from_parts(parts, body)) }
                        }
                        Closing::Refuse(refusal) => {
                            let is_body_left = end != End::Whole;
                            let refusal = Refusal { turned: refusal, version: parts.version, is_body_left };
                            if end == End::TooLarge && lingers(receiver, &refusal) {
                                let left = linger_bytes(receiver);
                                timer.restart(Some(receiver.linger_time()));
                                *step = Step::Lingering(Lingering { refusal: Some(refusal), left });
                                continue;
                            }
                            State::Answered { response: Some(refusal.into_response()) }
                        }
                        Closing::Keep(keep) => State::Keeping { keeping: keep.start(&parts.headers) },
                    }
                }
                Step::Lingering(Lingering { refusal, left }) => {
                    let is_body_left = !ready!(poll_discard(body, timer, left, cx));
                    let refusal = refusal.take().map(|refusal| Refusal { is_body_left, ..refusal });
                    State::Answered { response: refusal.map(Refusal::into_response) }
                }
            },
            StateProj::Calling { future } => {
                let answer = ready!(future.poll(cx));
                return Poll::Ready(answer.map(|response| response.map(<K as ResponseBody<Inner>>::response_body)));
            }
            StateProj::Keeping { keeping } => {
                let (received, answer) = ready!(Pin::new(keeping).poll(cx));
                State::Answered { response: Some(with_delivery(answer, received)) }
            }
            StateProj::Answered { response } => {
                let response = response.take().expect("a response future is not polled after it is done");
                return Poll::Ready(Ok(response.map(<K as ResponseBody<Inner>>::own_body)));
            }
        };
        state.set(next);
    }
}
