//! The state machine from the first byte of the body to the answer.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hookvet::{Pending, Rejection, Rule};
use http::{Request, Response, request};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::layer::{OnInvalid, Settings};
use crate::body::{RequestBody, ResponseBody};
use crate::collect::{Collected, End, poll_discard};
use crate::delivery::Delivery;
use crate::refusal::Refusal;
use crate::timer::Timer;

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
    #[project_replace = StateOwned]
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
        Refused {
            refusal: Refusal,
        },
        Done,
    }
}

/// What is done with the body.
#[expect(clippy::large_enum_variant, reason = "the large one is the common one")]
enum Step<S> {
    /// It is taken to be judged.
    Reading(Reading<S>),
    /// It is read past, so that the refusal can be read by its sender.
    Lingering { refusal: Refusal, left: usize },
    /// Neither; the state is about to change.
    Over,
}

/// What the headers have led to.
#[expect(clippy::large_enum_variant, reason = "the large one is the common one")]
pub(super) enum Opened {
    Pending(Pending),
    /// Refused, and passed on all the same.
    Refused(Rejection),
}

/// Everything that waits for the body.
pub(super) struct Reading<S> {
    opened: Opened,
    parts: request::Parts,
    inner: S,
    collected: Collected,
}

impl<S> Reading<S> {
    pub(super) const fn new(opened: Opened, parts: request::Parts, inner: S, limit: usize) -> Self {
        Self { opened, parts, inner, collected: Collected::new(limit) }
    }
}

/// What a whole body has led to.
enum Judged<S> {
    Call { inner: S, parts: request::Parts, body: Bytes },
    Refuse(Refusal),
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
            let left = settings.vetter.max_body();
            State::WithBody { body, timer, step: Step::Lingering { refusal, left } }
        } else {
            State::Refused { refusal }
        };
        Self { settings: settings.clone(), state, bodies: PhantomData }
    }
}

impl Settings {
    /// Whether it is worth waiting for the rest of the body before answering.
    fn lingers(&self, refusal: &Refusal) -> bool {
        refusal.is_body_left && refusal.is_http1() && self.linger > Duration::ZERO && Timer::is_available()
    }

    fn judge<S>(&self, reading: Reading<S>, end: End) -> Judged<S> {
        let Reading { opened, mut parts, inner, collected } = reading;
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
        let delivery = Delivery::new(verdict, body.clone());
        if passes && end == End::Whole {
            parts.extensions.insert(delivery);
            Judged::Call { inner, parts, body }
        } else {
            let is_body_left = end != End::Whole;
            Judged::Refuse(Refusal { delivery, allow: None, version: parts.version, is_body_left })
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
                        let Step::Reading(reading) = std::mem::replace(step, Step::Over) else { continue };
                        match this.settings.judge(reading, end) {
                            Judged::Call { mut inner, parts, body } => {
                                let body = <K as RequestBody<B>>::request_body(body);
                                State::Calling { future: inner.call(Request::from_parts(parts, body)) }
                            }
                            Judged::Refuse(refusal) if end == End::TooLarge && this.settings.lingers(&refusal) => {
                                let left = this.settings.vetter.max_body();
                                timer.restart(Some(this.settings.linger));
                                *step = Step::Lingering { refusal, left };
                                continue;
                            }
                            Judged::Refuse(refusal) => State::Refused { refusal },
                        }
                    }
                    Step::Lingering { refusal, left } => {
                        refusal.is_body_left = !ready!(poll_discard(body, timer, left, cx));
                        let Step::Lingering { refusal, .. } = std::mem::replace(step, Step::Over) else { continue };
                        State::Refused { refusal }
                    }
                    Step::Over => State::Done,
                },
                StateProj::Calling { future } => {
                    let answer = ready!(future.poll(cx));
                    this.state.set(State::Done);
                    return Poll::Ready(answer.map(|response| response.map(<K as ResponseBody<Inner>>::response_body)));
                }
                StateProj::Refused { .. } => {
                    let StateOwned::Refused { refusal } = this.state.as_mut().project_replace(State::Done) else {
                        continue;
                    };
                    return Poll::Ready(Ok(refusal.into_response(<K as ResponseBody<Inner>>::refusal_body)));
                }
                StateProj::Done => panic!("a response future was polled after it was done"),
            };
            this.state.set(next);
        }
    }
}
