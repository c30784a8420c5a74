//! The two steps: the head of a request, then its body.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookvet::{Pending, Rejection, Rule, Verdict};

use crate::answer::Answer;
#[cfg(feature = "decompression")]
use crate::coding::{Coding, Undecoded, is_content_encoding};
use crate::head::{Head, Headers};
use crate::observe::{Disposition, Observation, Timings, Watch};
use crate::quarantine::{Keep, OnInvalid};
use crate::received::Received;
use crate::receiver::Receiver;
use crate::trace::DeliverySpan;

/// What the head of a request leads to.
#[derive(Debug)]
#[must_use = "a request that nobody answers hangs"]
pub enum Opening {
    /// Read the body, no further than [`Vetter::max_body`](hookvet::Vetter::max_body), and hand it to [`Receiver::close`].
    Read(Reception),
    /// Answer now; the body is not wanted.
    Refuse(Refusal),
    /// Answer now: a sender asks whether it may deliver.
    Consent(Answer),
}

/// A delivery whose body is still to come.
#[derive(Debug)]
#[must_use = "nothing is judged until the body is handed over with `Receiver::close`"]
pub struct Reception {
    opened: Opened,
    received_at: u64,
    watch: Watch,
    headers: Duration,
    span: DeliverySpan,
    #[cfg(feature = "decompression")]
    coding: Option<Coding>,
}

impl Reception {
    /// The span of this delivery, for everything that is still done about it, the handler's work too.
    #[must_use]
    pub fn span(&self) -> &DeliverySpan {
        &self.span
    }
}

#[derive(Debug)]
enum Opened {
    Pending(Pending),
    /// Refused by its headers, and its body is wanted all the same.
    Refused(Rejection),
}

/// How a body came to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum End {
    /// All of it is here.
    Whole,
    /// It is larger than the limit; what is behind it was not read.
    TooLarge,
    /// The sender went away, or broke the framing.
    Incomplete,
    /// All of it is here, and it cannot be decoded from its content coding.
    Undecodable,
    /// It took longer than [`Receiver::body_deadline`] allows.
    TimedOut,
}

/// What a whole request leads to.
#[derive(Debug)]
#[must_use = "a request that nobody answers hangs"]
pub enum Closing {
    /// Call the handler.
    Pass(Received),
    /// Answer now.
    Refuse(Refusal),
    /// Set it aside, then answer.
    Keep(Keep),
}

/// A delivery that is turned away.
#[derive(Clone, Debug)]
#[must_use = "the sender waits for an answer"]
pub struct Refusal {
    receiver: Receiver,
    received: Received,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// The verdict that it goes by, and the body where all of it was there.
    #[must_use]
    pub fn received(&self) -> &Received {
        &self.received
    }

    /// What its sender is told.
    pub fn answer(&self) -> Answer {
        Answer::refusal(&self.receiver, self.received.verdict(), self.retry_after)
    }
}

impl Receiver {
    /// Judges the head of a request, before a byte of its body is read.
    pub fn open<'h, I, N, V>(&self, head: Head<'_, I>) -> Opening
    where
        I: IntoIterator<Item = (&'h N, &'h V)> + Clone,
        N: AsRef<[u8]> + ?Sized + 'h,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let settings = &*self.settings;
        let vetter = &settings.vetter;
        let span = DeliverySpan::start(vetter.vendor());
        let mut watch = Watch::start(self.is_observed() || span.is_enabled());
        if let Some(peers) = &settings.peers {
            match head.peer.map(|peer| peer.to_canonical()) {
                Some(peer) if peers.allows(peer) => {}
                Some(_) => {
                    let message = "deliveries are not taken from the address that this one comes from";
                    return self.refuse(vetter.refuse(Rule::AuthPeer, message), None, &span, &mut watch);
                }
                None => {
                    let message = "only some addresses may deliver, and the server does not say where this request comes \
                                   from: let it put the address beside each request";
                    return self.refuse(vetter.refuse(Rule::AuthPeer, message), None, &span, &mut watch);
                }
            }
        }
        if head.method == "OPTIONS"
            && let Some(handshake) = vetter.handshake()
        {
            return Opening::Consent(Answer::consent(&handshake.answer(head.headers)));
        }
        if !settings.methods.iter().any(|method| method == head.method) {
            let message =
                "a delivery does not come with this method; the Allow header of the answer lists those that do";
            return self.refuse(vetter.refuse(Rule::HttpMethod, message), None, &span, &mut watch);
        }
        let now = if self.needs_time() { settings.clock.now() } else { 0 };
        if let Some(limit) = &settings.limiter
            && let Some(wait) = limit(&Headers::collect(head.headers.clone()), now)
        {
            let message =
                "deliveries come faster than they are taken here; the Retry-After header says how long to wait";
            return self.refuse(vetter.refuse(Rule::CeWhRate, message), Some(wait), &span, &mut watch);
        }
        #[cfg(feature = "decompression")]
        let coding = if settings.decodes { Coding::of(head.headers.clone()) } else { None };
        #[cfg(feature = "decompression")]
        let opened = match coding {
            None => vetter.open(head.headers, now),
            // What is undone here is no fault.
            Some(_) => {
                // A list that can be walked again and again, which a filtered one is not.
                let rest: Vec<_> = head.headers.into_iter().filter(|(name, _)| !is_content_encoding(*name)).collect();
                vetter.open(rest.iter().copied(), now)
            }
        };
        #[cfg(not(feature = "decompression"))]
        let opened = vetter.open(head.headers, now);
        let opened = match opened {
            Ok(pending) => Opened::Pending(pending),
            Err(rejection) if self.wants_body_of(rejection.verdict()) => Opened::Refused(rejection),
            Err(rejection) => return self.refuse(rejection.into_verdict(), None, &span, &mut watch),
        };
        if head.body_at_least > vetter.max_body() as u64 {
            return self.refuse(self.judge(opened, &[], End::TooLarge), None, &span, &mut watch);
        }
        let headers = watch.lap();
        Opening::Read(Reception {
            opened,
            received_at: now,
            watch,
            headers,
            span,
            #[cfg(feature = "decompression")]
            coding,
        })
    }

    /// Judges the body, and with it the delivery. What was read of a body that is not [`End::Whole`] is dropped: nobody should
    /// see it.
    pub fn close(&self, reception: Reception, body: Bytes, end: End) -> Closing {
        #[cfg(feature = "decompression")]
        let coding = reception.coding;
        let Reception { opened, received_at, mut watch, headers, span, .. } = reception;
        let waited = watch.lap();
        let body = if end == End::Whole { body } else { Bytes::new() };
        #[cfg(feature = "decompression")]
        let (body, end, is_decoded) = self.decode(coding, body, end);
        #[cfg(not(feature = "decompression"))]
        let is_decoded = false;
        let verdict = self.judge(opened, &body, end);
        let timings = watch.is_running().then(|| Timings { headers, body: waited, judgement: watch.lap() });
        let tell = |disposition| {
            if self.is_observed() || self.is_looked_at() || span.is_enabled() {
                let body_bytes = body.len();
                let is_whole = end == End::Whole;
                let observation =
                    Observation { verdict: &verdict, disposition, body_bytes, is_whole, timings, store_error: None };
                self.tell(&span, &observation);
            }
        };
        if verdict.is_accepted() {
            tell(Disposition::Delivered);
            return Closing::Pass(Received::new(self, verdict, body, is_decoded));
        }
        match &self.settings.on_invalid {
            OnInvalid::PassWithVerdict if end == End::Whole => {
                tell(Disposition::PassedOn);
                Closing::Pass(Received::new(self, verdict, body, is_decoded))
            }
            OnInvalid::Quarantine(quarantine) if end == End::Whole && quarantine.takes(&verdict, self.can_prove()) => {
                let (receiver, quarantine) = (self.clone(), quarantine.clone());
                let received = Received::new(self, verdict, body, is_decoded);
                Closing::Keep(Keep { receiver, quarantine, received, received_at, timings, span })
            }
            _ => {
                tell(Disposition::Refused);
                let received = Received::new(self, verdict, body, is_decoded);
                Closing::Refuse(Refusal { receiver: self.clone(), received, retry_after: None })
            }
        }
    }

    /// The body without its coding.
    #[cfg(feature = "decompression")]
    fn decode(&self, coding: Option<Coding>, body: Bytes, end: End) -> (Bytes, End, bool) {
        match coding.filter(|_| end == End::Whole).map(|coding| coding.undo(&body, self.vetter().max_body())) {
            None => (body, end, false),
            Some(Ok(decoded)) => (decoded, end, true),
            Some(Err(Undecoded::TooLarge)) => (Bytes::new(), End::TooLarge, false),
            Some(Err(Undecoded::Damaged)) => (Bytes::new(), End::Undecodable, false),
        }
    }

    fn judge(&self, opened: Opened, body: &[u8], end: End) -> Arc<Verdict> {
        let pending = match opened {
            Opened::Pending(pending) => pending,
            Opened::Refused(rejection) => return Arc::new(rejection.into_verdict()),
        };
        let (verdict, rule) = match end {
            End::Whole => return pending.close_shared(body),
            End::TooLarge => (pending.close_too_large(), Rule::LimitBody),
            End::Incomplete => (pending.close_incomplete(), Rule::HttpIncomplete),
            End::Undecodable => (pending.close_undecodable(), Rule::HttpDecoding),
            End::TimedOut => (pending.close_timed_out(), Rule::HttpTimeout),
        };
        // There is nothing to let in, even where a policy has switched the rule off.
        Arc::new(if verdict.is_accepted() { self.vetter().refuse(rule, rule.title()) } else { verdict })
    }

    /// Whether the body of a delivery is read although its headers refuse it.
    fn wants_body_of(&self, verdict: &Verdict) -> bool {
        match &self.settings.on_invalid {
            OnInvalid::Respond => false,
            OnInvalid::Quarantine(quarantine) => quarantine.takes(verdict, self.can_prove()),
            OnInvalid::PassWithVerdict => true,
        }
    }

    /// Whether anything depends on the time; where nothing does, the clock is not read.
    fn needs_time(&self) -> bool {
        self.can_prove()
            || self.settings.limiter.is_some()
            || matches!(self.settings.on_invalid, OnInvalid::Quarantine(_))
    }

    fn can_prove(&self) -> bool {
        self.vetter().authenticates()
    }

    #[cold]
    fn refuse(
        &self,
        verdict: impl Into<Arc<Verdict>>,
        retry_after: Option<Duration>,
        span: &DeliverySpan,
        watch: &mut Watch,
    ) -> Opening {
        let verdict = verdict.into();
        let timings = watch.is_running().then(|| Timings { headers: watch.lap(), ..Timings::default() });
        let (disposition, is_whole) = (Disposition::Refused, false);
        let observation =
            Observation { verdict: &verdict, disposition, body_bytes: 0, is_whole, timings, store_error: None };
        self.tell(span, &observation);
        let received = Received::new(self, verdict, Bytes::new(), false);
        Opening::Refuse(Refusal { receiver: self.clone(), received, retry_after })
    }
}
