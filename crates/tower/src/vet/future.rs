//! The state machine from the first byte of the body to the answer.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hookvet::{Pending, Rejection, Rule};
use http::{Request, Response, Version, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::layer::{OnInvalid, Settings};
use crate::body::{RequestBody, ResponseBody};
use crate::collect::{Collected, End, poll_discard};
use crate::delivery::Delivery;
use crate::refusal::Refusal;
use crate::timer::Timer;

/// What is read past of a refused body even where accepted ones must be smaller, in bytes: about what is on its way
/// anyhow, in buffers that nobody can call back.
const MIN_LINGER: usize = 64 * 1024;

pin_project! {
    /// Yields the inner response, or a refusal without calling `inner`.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, F, B, K> {
        settings: Arc<Settings>,
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
            #[pin]
            timer: Timer,
            step: Step<S>,
        },
        Calling {
            #[pin]
            future: F,
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

/// What the headers have led to.
#[expect(clippy::large_enum_variant, reason = "the large one is the common one")]
pub(super) enum Opened {
    Pending(Pending),
    /// Refused, and passed on all the same.
    Refused(Rejection),
}

/// Everything that waits for the body. It is used where it lies: a move of it costs as much as a small allocation.
pub(super) struct Reading<S> {
    /// `None` once it was judged.
    opened: Option<Opened>,
    /// `None` once the inner service has them.
    parts: Option<request::Parts>,
    inner: S,
    collected: Collected,
}

impl<S> Reading<S> {
    pub(super) const fn new(opened: Opened, parts: request::Parts, inner: S, limit: usize) -> Self {
        Self { opened: Some(opened), parts: Some(parts), inner, collected: Collected::new(limit) }
    }
}

/// A refusal that waits for what is left of the body, and for how many bytes of it.
struct Lingering {
    /// `None` once it is answered.
    refusal: Option<Refusal>,
    left: usize,
}

impl<S, F, B: Body, K> ResponseFuture<S, F, B, K> {
    pub(super) fn reading(settings: &Arc<Settings>, reading: Reading<S>, body: B) -> Self {
        let timer = Timer::new(settings.body_deadline);
        let state = State::WithBody { body, timer, step: Step::Reading(reading) };
        Self { settings: settings.clone(), state, bodies: PhantomData }
    }

    pub(super) fn refused(settings: &Arc<Settings>, refusal: Refusal, is_body_on_its_way: bool, body: B) -> Self {
        let state = if is_body_on_its_way && settings.lingers(&refusal) {
            let timer = Timer::new(Some(settings.linger));
            let left = settings.linger_bytes();
            State::WithBody { body, timer, step: Step::Lingering(Lingering { refusal: Some(refusal), left }) }
        } else {
            State::Answered { response: Some(refusal.into_response()) }
        };
        Self { settings: settings.clone(), state, bodies: PhantomData }
    }
}

impl<S, F, B, K> ResponseFuture<S, F, B, K> {
    pub(super) fn answered(settings: &Arc<Settings>, response: Response<Bytes>) -> Self {
        let state = State::Answered { response: Some(response) };
        Self { settings: settings.clone(), state, bodies: PhantomData }
    }
}

impl Settings {
    /// Whether it is worth waiting for the rest of the body before answering.
    fn lingers(&self, refusal: &Refusal) -> bool {
        refusal.is_body_left && refusal.is_http1() && self.linger > Duration::ZERO && Timer::is_available()
    }

    /// How much of a refused body is read past, in bytes.
    fn linger_bytes(&self) -> usize {
        self.vetter.max_body().max(MIN_LINGER)
    }

    /// What comes of a body that has ended: a delivery for the inner service, or a refusal.
    fn judge(&self, opened: Opened, collected: Collected, end: End, version: Version) -> Result<Delivery, Refusal> {
        // What was read of a body that is not whole is nothing that anybody should see.
        let body = if end == End::Whole { collected.into_bytes() } else { Bytes::new() };
        let verdict = match (opened, end) {
            (Opened::Refused(rejection), _) => rejection.into_verdict(),
            (Opened::Pending(pending), End::Whole) => pending.close(&body),
            (Opened::Pending(pending), End::TooLarge) => self.too_large(pending),
            (Opened::Pending(pending), End::Incomplete) => {
                self.insist(pending.close_incomplete(), Rule::HttpIncomplete)
            }
            (Opened::Pending(pending), End::TimedOut) => self.insist(pending.close_timed_out(), Rule::HttpTimeout),
        };
        self.show(&verdict);
        let passes = verdict.is_accepted() || self.on_invalid == OnInvalid::PassWithVerdict;
        let delivery = Delivery::new(verdict, body);
        if passes && end == End::Whole {
            Ok(delivery)
        } else {
            Err(Refusal { delivery, allow: None, retry_after: None, version, is_body_left: end != End::Whole })
        }
    }
}

impl<S, B, K, Inner> Future for ResponseFuture<S, S::Future, B, K>
where
    B: Body,
    K: RequestBody<B> + ResponseBody<Inner>,
    S: Service<Request<<K as RequestBody<B>>::Body>, Response = Response<Inner>>,
{
    type Output = Result<Response<<K as ResponseBody<Inner>>::Body>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProj::WithBody { body, mut timer, step } => match step {
                    Step::Reading(reading) => {
                        let end = ready!(reading.collected.poll(body, timer.as_mut(), cx));
                        let (Some(opened), Some(mut parts)) = (reading.opened.take(), reading.parts.take()) else {
                            unreachable!("both are taken once, and then the state changes");
                        };
                        match this.settings.judge(opened, reading.collected.take(), end, parts.version) {
                            Ok(delivery) => {
                                let body = <K as RequestBody<B>>::request_body(delivery.body().clone());
                                parts.extensions.insert(delivery);
                                State::Calling { future: reading.inner.call(Request::from_parts(parts, body)) }
                            }
                            Err(refusal) if end == End::TooLarge && this.settings.lingers(&refusal) => {
                                let left = this.settings.linger_bytes();
                                timer.restart(Some(this.settings.linger));
                                *step = Step::Lingering(Lingering { refusal: Some(refusal), left });
                                continue;
                            }
                            Err(refusal) => State::Answered { response: Some(refusal.into_response()) },
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
                StateProj::Answered { response } => {
                    let response = response.take().expect("a response future is not polled after it is done");
                    return Poll::Ready(Ok(response.map(<K as ResponseBody<Inner>>::own_body)));
                }
            };
            this.state.set(next);
        }
    }
}
