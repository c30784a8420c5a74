//! What becomes of a delivery that is refused.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hookvet::{Authenticity, Class, Rule, Verdict};

use crate::answer::Answer;
use crate::observe::{Disposition, Observation, Timings};
use crate::received::Received;
use crate::receiver::Receiver;
use crate::record::is_sensitive_header;
use crate::trace::DeliverySpan;

/// What becomes of a delivery that is refused.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum OnInvalid {
    /// It is answered with its problem document, and the handler never hears of it. The default.
    #[default]
    Respond,
    /// It is kept, whole, and answered with 202, so that its sender does not send it for ever.
    Quarantine(Quarantine),
    /// The handler is called all the same and finds the refusing verdict beside the request, also where **the signature is
    /// missing or wrong**: it must look before it believes anything.
    ///
    /// What is not a whole delivery is answered even so: a wrong method, a body that is too large, too slow or cut off; and so is
    /// one from a peer that may not deliver.
    PassWithVerdict,
}

impl OnInvalid {
    /// [`OnInvalid::Quarantine`] with the settings that [`Quarantine::new`] starts with.
    pub fn quarantine(sink: impl QuarantineSink + 'static) -> Self {
        Self::Quarantine(Quarantine::new(sink))
    }
}

/// Why a sink has not kept a delivery.
pub type StoreError = Box<dyn Error + Send + Sync>;

/// What a sink is still doing. Made only for deliveries that are set aside.
///
/// It is `Send` on every platform, because axum asks for that on every platform. What JavaScript gives on WebAssembly is not; in a
/// Worker, `worker::send::SendFuture` makes it so.
pub type StoreFuture = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// Keeps deliveries that were refused.
///
/// A delivery is acknowledged with 202 once the future is done with `Ok`, and not before. On `Err`, and where the sink panics, its
/// sender is told to come again: 503 with `Retry-After`, and the finding `STORE-unavailable`.
///
/// An async closure is a sink:
///
/// ```
/// use hookvet_receiver::{OnInvalid, Quarantined};
///
/// let on_invalid = OnInvalid::quarantine(|delivery: Quarantined| async move {
///     println!("{} bytes from {}", delivery.body().len(), delivery.received_at());
///     Ok::<(), std::io::Error>(())
/// });
/// ```
pub trait QuarantineSink: Send + Sync {
    /// Keeps one delivery.
    fn keep(&self, delivery: Quarantined) -> StoreFuture;
}

impl<F, Done, E> QuarantineSink for F
where
    F: Fn(Quarantined) -> Done + Send + Sync,
    Done: Future<Output = Result<(), E>> + Send + 'static,
    E: Into<StoreError>,
{
    fn keep(&self, delivery: Quarantined) -> StoreFuture {
        let done = self(delivery);
        Box::pin(async move { done.await.map_err(Into::into) })
    }
}

/// Sets refused deliveries aside.
///
/// Not all of them. What is not whole is never kept: a body that is too large, too slow or cut off; nor is what was never a
/// delivery: another method, a sender that comes too fast, a peer that may not deliver. And where the vetter has secrets or
/// credentials to check, only what they prove is kept, because anybody could fill the store otherwise. Those are answered as under
/// [`OnInvalid::Respond`].
#[derive(Clone)]
#[must_use = "it does nothing until a receiver uses it"]
pub struct Quarantine {
    sink: Arc<dyn QuarantineSink>,
    takes_unproven: bool,
    retry_after: Duration,
}

impl Quarantine {
    /// Sets deliveries aside in `sink`.
    pub fn new(sink: impl QuarantineSink + 'static) -> Self {
        Self { sink: Arc::new(sink), takes_unproven: false, retry_after: Duration::from_secs(5) }
    }

    /// Whether deliveries are kept too that do not prove who sent them although the vetter could tell. Default: no, they are
    /// answered with their refusal. Anybody who knows the address can then fill the store, so bound it.
    pub fn include_unproven(mut self, include: bool) -> Self {
        self.takes_unproven = include;
        self
    }

    /// When a sender may come again where the sink did not keep its delivery; in whole seconds, at least one. Default: 5 s.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = wait;
        self
    }

    /// Whether a whole delivery with this verdict is set aside.
    pub(crate) fn takes(&self, verdict: &Verdict, can_be_proven: bool) -> bool {
        let is_delivery = !matches!(
            verdict.class(),
            None | Some(Class::Method | Class::TooMany | Class::TooLarge | Class::Timeout | Class::Forbidden)
        );
        let is_proven = !can_be_proven || matches!(verdict.authenticity(), Authenticity::Verified { .. });
        is_delivery && (is_proven || self.takes_unproven)
    }
}

impl fmt::Debug for Quarantine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quarantine")
            .field("takes_unproven", &self.takes_unproven)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

/// A refused delivery on its way into a store. `Debug` shows no value of it.
///
/// The headers that [may hold a credential](is_sensitive_header) are left out, and so are
/// `Content-Encoding` and `Content-Length` where a coding was undone.
#[derive(Clone)]
pub struct Quarantined {
    received: Received,
    received_at: u64,
    headers: Vec<(String, Vec<u8>)>,
}

impl Quarantined {
    /// Why it was refused.
    pub fn verdict(&self) -> &Verdict {
        self.received.verdict()
    }

    /// The whole body, byte for byte as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.received.body()
    }

    /// The headers in the order in which they came; values are octets.
    #[must_use]
    pub fn headers(&self) -> &[(String, Vec<u8>)] {
        &self.headers
    }

    /// When its headers were judged, in seconds since the Unix epoch.
    #[must_use]
    pub fn received_at(&self) -> u64 {
        self.received_at
    }

    /// Verdict and body, shared; [`Received::key`] and [`Received::digest`] tell whether it came before.
    #[must_use]
    pub fn received(&self) -> &Received {
        &self.received
    }
}

impl fmt::Debug for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quarantined")
            .field("received", &self.received)
            .field("received_at", &self.received_at)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish()
    }
}

/// A delivery that is to be set aside. It still needs its headers.
#[derive(Debug)]
#[must_use = "the delivery is neither kept nor answered until it is started"]
pub struct Keep {
    pub(crate) receiver: Receiver,
    pub(crate) quarantine: Quarantine,
    pub(crate) received: Received,
    pub(crate) received_at: u64,
    pub(crate) timings: Option<Timings>,
    pub(crate) span: DeliverySpan,
}

impl Keep {
    /// The delivery.
    #[must_use]
    pub fn received(&self) -> &Received {
        &self.received
    }

    /// Hands the delivery to the sink.
    pub fn start<N: AsRef<[u8]>, V: AsRef<[u8]>>(self, headers: impl IntoIterator<Item = (N, V)>) -> Keeping {
        let headers = headers
            .into_iter()
            .filter(|(name, _)| {
                !is_sensitive_header(self.receiver.vetter(), name.as_ref()) && !self.is_undone(name.as_ref())
            })
            .map(|(name, value)| (String::from_utf8_lossy(name.as_ref()).into_owned(), value.as_ref().to_vec()))
            .collect();
        let delivery = Quarantined { received: self.received.clone(), received_at: self.received_at, headers };
        let sink = &self.quarantine.sink;
        let store = catch_unwind(AssertUnwindSafe(|| sink.keep(delivery))).ok();
        Keeping { keep: self, store }
    }

    /// Whether a header tells of the body before a content coding was undone.
    fn is_undone(&self, name: &[u8]) -> bool {
        self.received.is_decoded()
            && (name.eq_ignore_ascii_case(b"content-encoding") || name.eq_ignore_ascii_case(b"content-length"))
    }

    /// What becomes of it, once the sink has spoken.
    fn conclude(&self, error: Option<&(dyn Error + Send + Sync + 'static)>, is_kept: bool) -> (Received, Answer) {
        let disposition = if is_kept { Disposition::Quarantined } else { Disposition::NotStored };
        let observation = Observation {
            verdict: self.received.verdict(),
            disposition,
            body_bytes: self.received.body().len(),
            is_whole: true,
            timings: self.timings,
            store_error: error,
        };
        self.receiver.tell(&self.span, &observation);
        if is_kept {
            return (self.received.clone(), Answer::set_aside());
        }
        let message = "the delivery could not be set aside; send it again";
        let verdict = self.receiver.vetter().refuse(Rule::StoreUnavailable, message);
        let answer = Answer::refusal(&self.receiver, &verdict, Some(self.quarantine.retry_after));
        (Received::new(&self.receiver, Arc::new(verdict), Bytes::new(), false), answer)
    }
}

/// A delivery that is being set aside: yields the answer, and the verdict that it goes by.
#[must_use = "futures do nothing unless polled"]
pub struct Keeping {
    keep: Keep,
    /// `None` where the sink has panicked.
    store: Option<StoreFuture>,
}

impl Future for Keeping {
    type Output = (Received, Answer);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(store) = &mut this.store else { return Poll::Ready(this.keep.conclude(None, false)) };
        match catch_unwind(AssertUnwindSafe(|| store.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(()))) => Poll::Ready(this.keep.conclude(None, true)),
            Ok(Poll::Ready(Err(error))) => Poll::Ready(this.keep.conclude(Some(&*error), false)),
            Err(_) => {
                // A future that has panicked must not be polled again.
                this.store = None;
                Poll::Ready(this.keep.conclude(None, false))
            }
        }
    }
}

impl fmt::Debug for Keeping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeping").field("keep", &self.keep).finish_non_exhaustive()
    }
}
