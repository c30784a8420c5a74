//! The service: everything that can be decided before the body.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hookvet::{Pending, Rule, Verdict};
use http::header::{CONTENT_LENGTH, EXPECT};
use http::{Method, Request, Response};
use http_body::Body;
use tower_service::Service;

use super::future::{Opened, Reading, ResponseFuture};
use super::layer::{OnInvalid, Settings};
use crate::body::{RequestBody, ResponseBody, SameBodies};
use crate::delivery::Delivery;
use crate::refusal::{Refusal, consent};

/// Hands a delivery to `inner` only once it is accepted. Story and examples: [module docs](super).
pub struct Vet<S, K = SameBodies> {
    inner: S,
    settings: Arc<Settings>,
    bodies: PhantomData<fn() -> K>,
}

impl<S, K> Vet<S, K> {
    pub(super) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings, bodies: PhantomData }
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
        let settings = &self.settings;
        let (parts, body) = request.into_parts();
        let refuse = |verdict: Verdict, wait: Option<Duration>, body: In| {
            settings.show(&verdict);
            let is_method = verdict.class() == Some(Rule::HttpMethod.class());
            let refusal = Refusal {
                delivery: Delivery::new(verdict, bytes::Bytes::new()),
                allow: is_method.then(|| settings.allow.clone()),
                retry_after: wait,
                version: parts.version,
                is_body_left: !body.is_end_stream(),
            };
            // Who waits to be asked for the body must not be asked for it.
            let is_waited_for = !parts.headers.contains_key(EXPECT);
            ResponseFuture::refused(settings, refusal, is_waited_for, body)
        };
        if parts.method == Method::OPTIONS
            && let Some(handshake) = settings.vetter.handshake()
        {
            return ResponseFuture::answered(settings, consent(&handshake.answer(&parts.headers)));
        }
        if !settings.methods.contains(&parts.method) {
            let message =
                "a delivery does not come with this method; the Allow header of the answer lists those that do";
            return refuse(settings.vetter.refuse(Rule::HttpMethod, message), None, body);
        }
        let now = settings.clock.now();
        if let Some(wait) = settings.limiter.as_ref().and_then(|limit| limit(&parts.headers, now)) {
            let message =
                "deliveries come faster than they are taken here; the Retry-After header says how long to wait";
            return refuse(settings.vetter.refuse(Rule::CeWhRate, message), Some(wait), body);
        }
        let opened = match settings.vetter.open(&parts.headers, now) {
            Ok(pending) => Opened::Pending(pending),
            Err(rejection) if settings.on_invalid == OnInvalid::PassWithVerdict => Opened::Refused(rejection),
            Err(rejection) => return refuse(rejection.into_verdict(), None, body),
        };
        let limit = settings.vetter.max_body();
        let announced = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        if announced.unwrap_or(0).max(body.size_hint().lower()) > limit as u64 {
            let verdict = match opened {
                Opened::Pending(pending) => settings.too_large(pending),
                Opened::Refused(rejection) => rejection.into_verdict(),
            };
            return refuse(verdict, None, body);
        }
        // The inner service that was polled ready is the one to call; its clone has not been asked yet.
        let clone = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, clone);
        ResponseFuture::reading(settings, Reading::new(opened, parts, inner, limit), body)
    }
}

impl Settings {
    pub(super) fn show(&self, verdict: &Verdict) {
        if let Some(look) = &self.on_verdict {
            look(verdict);
        }
    }

    pub(super) fn too_large(&self, pending: Pending) -> Verdict {
        self.insist(pending.close_too_large(), Rule::LimitBody)
    }

    /// Keeps a delivery out that is not whole, even where a policy has switched `rule` off: there is nothing to let in.
    pub(super) fn insist(&self, verdict: Verdict, rule: Rule) -> Verdict {
        if verdict.is_accepted() { self.vetter.refuse(rule, rule.title()) } else { verdict }
    }
}

impl<S: Clone, K> Clone for Vet<S, K> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), settings: self.settings.clone(), bodies: PhantomData }
    }
}

impl<S: fmt::Debug, K> fmt::Debug for Vet<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vet").field("inner", &self.inner).field("settings", &self.settings).finish()
    }
}
