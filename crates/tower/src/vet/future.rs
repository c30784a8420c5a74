//! The state machine from the first byte of the body to the answer.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use hookvet_receiver::{Closing, DeliverySpan, End, Keep, Keeping, Received, Receiver, Reception, Refusal as Turned};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{Request, Response, Version, request};
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
        span: Option<DeliverySpan>,
        #[pin]
        state: State<S, F, B>,
        bodies: PhantomData<fn() -> K>,
    }
}

pin_project! {
    // The usual delivery is `Calling` from the start. All else is on the heap, since every future would have room for it.
    #[project = StateProj]
    enum State<S, F, B> {
        Calling {
            #[pin]
            future: F,
        },
        // The body is taken to be judged.
        Reading {
            // `None` once it was judged.
            reading: Option<Box<Reading<S, B>>>,
        },
        // A refused body is read past, so that the refusal can be read by its sender.
        Lingering {
            // `None` once it is answered.
            lingering: Option<Box<Lingering<B>>>,
        },
        Keeping {
            keeping: Box<Keeping>,
        },
        Answered {
            // `None` once it has been handed out.
            response: Option<Box<Response<Bytes>>>,
        },
    }
}

/// A delivery that waits for its body.
struct Reading<S, B> {
    receiver: Receiver,
    reception: Reception,
    parts: request::Parts,
    body: Pin<Box<B>>,
    collected: Collected,
    timer: Timer,
    inner: S,
}

/// A refusal that waits for what is left of the body, and for how many bytes of it.
struct Lingering<B> {
    refusal: Refusal,
    body: Pin<Box<B>>,
    timer: Timer,
    left: usize,
}

impl<S, B, K, Inner> ResponseFuture<S, S::Future, B, K>
where
    B: Body,
    K: RequestBody<B> + ResponseBody<Inner>,
    S: Service<Request<<K as RequestBody<B>>::Body>, Response = Response<Inner>> + Clone,
{
    /// Judges the body, where all of it is there already, and calls `inner`; otherwise waits for it.
    ///
    /// A request is large. Every hand that it goes through by value costs as much as a small check, so there are few of them.
    #[inline]
    pub(super) fn read(receiver: &Receiver, reception: Reception, request: Request<B>, inner: &mut S) -> Self {
        let span = reception.span().clone();
        let inside = span.enter();
        let (mut parts, body) = request.into_parts();
        let mut body = Box::pin(body);
        let mut collected = Collected::new(receiver.vetter().max_body());
        // What is not there yet is asked for once more when this future is polled, by whoever is to be woken.
        let mut nobody = Context::from_waker(Waker::noop());
        let Poll::Ready(end) = collected.poll(body.as_mut(), &mut nobody) else {
            drop(inside);
            return Self::waiting(receiver, reception, parts, body, collected, span, inner);
        };
        let state = match receiver.close(reception, collected.into_bytes(), end) {
            Closing::Pass(received) => {
                let body = hand_over::<K, B>(&mut parts, received);
                let future = inner.call(Request::from_parts(parts, body));
                drop(inside);
                return Self { span: Some(span), state: State::Calling { future }, bodies: PhantomData };
            }
            Closing::Refuse(turned) => State::refused(receiver, turned, parts.version, end, body),
            Closing::Keep(keep) => State::keeping(keep, &parts),
        };
        drop(inside);
        Self { span: Some(span), state, bodies: PhantomData }
    }

    fn waiting(
        receiver: &Receiver,
        reception: Reception,
        parts: request::Parts,
        body: Pin<Box<B>>,
        collected: Collected,
        span: DeliverySpan,
        inner: &mut S,
    ) -> Self {
        // The inner service that was polled ready is the one to call; its clone has not been asked yet.
        let clone = inner.clone();
        let inner = std::mem::replace(inner, clone);
        let timer = Timer::new(receiver.max_body_time());
        let receiver = receiver.clone();
        let reading = Box::new(Reading { receiver, reception, parts, body, collected, timer, inner });
        Self { span: Some(span), state: State::Reading { reading: Some(reading) }, bodies: PhantomData }
    }
}

impl<S, F, B: Body, K> ResponseFuture<S, F, B, K> {
    pub(super) fn refused(receiver: &Receiver, refusal: Refusal, is_body_on_its_way: bool, body: B) -> Self {
        let state = if is_body_on_its_way {
            State::lingering(receiver, refusal, Box::pin(body))
        } else {
            State::answered(refusal.into_response())
        };
        Self { span: None, state, bodies: PhantomData }
    }
}

impl<S, F, B, K> ResponseFuture<S, F, B, K> {
    pub(super) fn answered(response: Response<Bytes>) -> Self {
        Self { span: None, state: State::answered(response), bodies: PhantomData }
    }
}

impl<S, F, B> State<S, F, B> {
    #[cold]
    fn refused(receiver: &Receiver, turned: Turned, version: Version, end: End, body: Pin<Box<B>>) -> Self {
        let refusal = Refusal { turned, version, is_body_left: end != End::Whole };
        if end == End::TooLarge {
            Self::lingering(receiver, refusal, body)
        } else {
            Self::answered(refusal.into_response())
        }
    }

    #[cold]
    fn keeping(keep: Keep, parts: &request::Parts) -> Self {
        Self::Keeping { keeping: Box::new(keep.start(&parts.headers)) }
    }

    /// Answers once the rest of the body has been read past, or at once where that is not worth the wait.
    fn lingering(receiver: &Receiver, refusal: Refusal, body: Pin<Box<B>>) -> Self {
        let lingers = refusal.is_body_left && refusal.is_http1() && receiver.linger_time() > Duration::ZERO;
        let Some(timer) = lingers.then(|| Timer::start(receiver.linger_time())).flatten() else {
            return Self::answered(refusal.into_response());
        };
        let left = receiver.vetter().max_body().max(MIN_LINGER);
        Self::Lingering { lingering: Some(Box::new(Lingering { refusal, body, timer, left })) }
    }

    fn answered(response: Response<Bytes>) -> Self {
        Self::Answered { response: Some(Box::new(response)) }
    }
}

/// Puts the delivery beside the request that the inner service gets, and gives its body.
fn hand_over<K: RequestBody<B>, B>(parts: &mut request::Parts, received: Received) -> K::Body {
    let body = K::request_body(received.body().clone());
    if received.is_decoded() {
        parts.headers.remove(CONTENT_ENCODING);
        parts.headers.insert(CONTENT_LENGTH, received.body().len().into());
    }
    parts.extensions.insert(Delivery(received));
    body
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
        let state = this.state;
        match this.span {
            Some(span) => span.in_scope(|| advance::<S, B, K, Inner>(state, cx)),
            None => advance::<S, B, K, Inner>(state, cx),
        }
    }
}

/// What comes out in the end.
type Answered<K, Inner, E> = Result<Response<<K as ResponseBody<Inner>>::Body>, E>;

/// Why a state is never found empty.
const POLLED_ON: &str = "a response future is not polled after it is done";

/// Goes on until something has to be waited for.
fn advance<S, B, K, Inner>(
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
            StateProj::Calling { future } => {
                let answer = ready!(future.poll(cx));
                return Poll::Ready(answer.map(|response| response.map(<K as ResponseBody<Inner>>::response_body)));
            }
            StateProj::Reading { reading } => {
                let waiting = reading.as_mut().expect(POLLED_ON);
                let end = match waiting.collected.poll(waiting.body.as_mut(), cx) {
                    Poll::Ready(end) => end,
                    Poll::Pending => {
                        ready!(waiting.timer.poll(cx));
                        End::TimedOut
                    }
                };
                let Reading { receiver, reception, mut parts, body, collected, mut inner, .. } =
                    *reading.take().expect(POLLED_ON);
                match receiver.close(reception, collected.into_bytes(), end) {
                    Closing::Pass(received) => {
                        let body = hand_over::<K, B>(&mut parts, received);
                        State::Calling { future: inner.call(Request::from_parts(parts, body)) }
                    }
                    Closing::Refuse(turned) => State::refused(&receiver, turned, parts.version, end, body),
                    Closing::Keep(keep) => State::keeping(keep, &parts),
                }
            }
            StateProj::Lingering { lingering } => {
                let Lingering { body, timer, left, .. } = &mut **lingering.as_mut().expect(POLLED_ON);
                let is_body_left = !ready!(poll_discard(body.as_mut(), timer, left, cx));
                let refusal = lingering.take().expect(POLLED_ON).refusal;
                State::answered(Refusal { is_body_left, ..refusal }.into_response())
            }
            StateProj::Keeping { keeping } => {
                let (received, answer) = ready!(Pin::new(&mut **keeping).poll(cx));
                State::answered(with_delivery(answer, received))
            }
            StateProj::Answered { response } => {
                let response = response.take().expect(POLLED_ON);
                return Poll::Ready(Ok(response.map(<K as ResponseBody<Inner>>::own_body)));
            }
        };
        state.set(next);
    }
}
