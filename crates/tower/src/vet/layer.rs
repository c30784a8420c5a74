//! Settings of the layer.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use hookvet::{Verdict, Vetter};
use http::{HeaderMap, HeaderValue, Method};
use tower_layer::Layer;

use super::service::Vet;
use crate::body::{NewBody, SameBodies};
use crate::clock::Clock;

/// How long what is left of a refused body is waited for unless configured otherwise.
const DEFAULT_LINGER: Duration = Duration::from_millis(250);

/// What becomes of a delivery that is refused.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OnInvalid {
    /// It is answered with its problem document, and the inner service never hears of it. The default.
    #[default]
    Respond,
    /// The inner service is called all the same and finds the refusing verdict in the [`Delivery`](crate::Delivery), also
    /// where **the signature is missing or wrong**: it must look before it believes anything.
    ///
    /// What is not a whole delivery is answered even so: a wrong method, a body that is too large, too slow or cut off.
    PassWithVerdict,
}

/// Looks at a verdict.
type Look = dyn Fn(&Verdict) + Send + Sync;

/// How long a sender has to wait, by the headers of its delivery and the time.
type Limit = dyn Fn(&HeaderMap, u64) -> Option<Duration> + Send + Sync;

/// Everything that a [`Vet`] needs besides its inner service.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) vetter: Vetter,
    pub(super) clock: Clock,
    pub(super) methods: Vec<Method>,
    /// The value of `Allow` that lists the methods.
    pub(super) allow: HeaderValue,
    pub(super) on_invalid: OnInvalid,
    pub(super) on_verdict: Option<Arc<Look>>,
    pub(super) limiter: Option<Arc<Limit>>,
    pub(super) body_deadline: Option<Duration>,
    pub(super) linger: Duration,
}

/// Puts [`Vet`] in front of a service. Story and examples: [module docs](super).
///
/// The type parameter says which bodies the inner service sees: [`body`](crate::body).
#[must_use = "a layer does nothing until it wraps a service"]
pub struct VetLayer<K = SameBodies> {
    settings: Arc<Settings>,
    bodies: PhantomData<fn() -> K>,
}

impl VetLayer {
    /// Vets with `vetter` and the system's clock.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn new(vetter: Vetter) -> Self {
        Self::with(vetter, Clock::System)
    }

    /// Vets with `vetter` and a clock that gives seconds since the Unix epoch: a fixed one for tests, the host's where
    /// the system has none.
    ///
    /// # Example
    /// ```
    /// use hookvet::Vetter;
    /// use hookvet_tower::VetLayer;
    ///
    /// let layer = VetLayer::with_clock(Vetter::amlyze().build()?, || 1_773_147_225);
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    pub fn with_clock(vetter: Vetter, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self::with(vetter, Clock::given(now))
    }

    fn with(vetter: Vetter, clock: Clock) -> Self {
        let settings = Settings {
            vetter,
            clock,
            methods: vec![Method::POST],
            allow: HeaderValue::from_static("POST"),
            on_invalid: OnInvalid::default(),
            on_verdict: None,
            limiter: None,
            body_deadline: None,
            linger: DEFAULT_LINGER,
        };
        Self { settings: Arc::new(settings), bodies: PhantomData }
    }
}

impl<K> VetLayer<K> {
    /// Another clock, in seconds since the Unix epoch. Default: the system's.
    pub fn clock(self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.clock = Clock::given(now))
    }

    /// The methods that a delivery may come with. Default: `POST`.
    ///
    /// `OPTIONS` is never one of them where the vetter takes part in the webhook [`Handshake`](hookvet::Handshake).
    pub fn methods(self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.set(|settings| {
            settings.methods = methods.into_iter().collect();
            let names: Vec<&str> = settings.methods.iter().map(Method::as_str).collect();
            // A method is a token, and a list of tokens is always a header value.
            settings.allow =
                HeaderValue::from_str(&names.join(", ")).unwrap_or_else(|_| HeaderValue::from_static("POST"));
        })
    }

    /// What becomes of a delivery that is refused. Default: [`OnInvalid::Respond`].
    pub fn on_invalid(self, on_invalid: OnInvalid) -> Self {
        self.set(|settings| settings.on_invalid = on_invalid)
    }

    /// Shows every verdict to `look`, once, before it is acted upon: for counters and logs.
    ///
    /// Every verdict means the warnings of accepted deliveries too, such as an event type or a member that the vendor
    /// has not documented. It runs inside the request, so it should not block.
    pub fn on_verdict(self, look: impl Fn(&Verdict) + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.on_verdict = Some(Arc::new(look)))
    }

    /// Asks `limit` about every delivery before anything of it is judged, with its headers and the time in seconds since
    /// the Unix epoch. `None` lets it in; otherwise the answer is 429 with that time in `Retry-After`, in whole seconds and
    /// at least one. Default: no limit.
    ///
    /// It keeps its own counts. Under a [`Handshake`](hookvet::Handshake) the header `WebHook-Request-Origin` names the
    /// sender, who promised to keep to the allowed rate; anybody can write that header, so a limit by it protects the
    /// receiver from its friends alone.
    ///
    /// # Example
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::time::Duration;
    ///
    /// use hookvet::Vetter;
    /// use hookvet_tower::VetLayer;
    ///
    /// // One delivery a second.
    /// let last = AtomicU64::new(0);
    /// let layer = VetLayer::new(Vetter::cloudevents().build()?)
    ///     .limiter(move |_headers, now| (last.swap(now, Ordering::Relaxed) == now).then_some(Duration::from_secs(1)));
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    /// Source: CloudEvents HTTP webhook 1.0.2 §2.2.
    pub fn limiter(self, limit: impl Fn(&HeaderMap, u64) -> Option<Duration> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.limiter = Some(Arc::new(limit)))
    }

    /// How long a body may take, from the moment in which it is first waited for; then the answer is 408. Default: as
    /// long as it likes.
    ///
    /// Without it a sender that drips its body byte by byte keeps its connection for ever, unless the server stops it.
    ///
    /// # Panics
    /// The future of a request panics where it has to wait for a body outside a tokio runtime, or inside one whose timer
    /// is not enabled.
    #[cfg(all(feature = "deadline", not(target_family = "wasm")))]
    pub fn body_deadline(self, deadline: Duration) -> Self {
        self.set(|settings| settings.body_deadline = Some(deadline))
    }

    /// How long what is left of a refused body is waited for, so that a sender which is still writing gets to read its
    /// answer; zero answers at once. Default: 250 ms. See [module docs](super#the-end-of-a-connection).
    ///
    /// It is for HTTP/1 alone, and needs a tokio runtime whose timer is enabled; outside of any runtime the answer goes out
    /// at once.
    #[cfg(all(feature = "deadline", not(target_family = "wasm")))]
    pub fn linger(self, limit: Duration) -> Self {
        self.set(|settings| settings.linger = limit)
    }

    /// Lets the inner service take the body `B`, whatever comes in, and answer with any body. See [`body`](crate::body).
    pub fn with_body<B: From<bytes::Bytes>>(self) -> VetLayer<NewBody<B>> {
        VetLayer { settings: self.settings, bodies: PhantomData }
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }
}

impl<S, K> Layer<S> for VetLayer<K> {
    type Service = Vet<S, K>;

    fn layer(&self, inner: S) -> Vet<S, K> {
        Vet::new(inner, self.settings.clone())
    }
}

impl<K> Clone for VetLayer<K> {
    fn clone(&self) -> Self {
        Self { settings: self.settings.clone(), bodies: PhantomData }
    }
}

impl<K> fmt::Debug for VetLayer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VetLayer").field("settings", &self.settings).finish()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("vetter", &self.vetter)
            .field("clock", &self.clock)
            .field("methods", &self.methods)
            .field("on_invalid", &self.on_invalid)
            .field("body_deadline", &self.body_deadline)
            .field("linger", &self.linger)
            .finish_non_exhaustive()
    }
}
