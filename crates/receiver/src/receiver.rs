//! The settings, and who is told.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use hookvet::{Verdict, Vetter};

use crate::clock::Clock;
use crate::head::Headers;
use crate::observe::{Observation, Observer};
use crate::peer::{Opaque, PeerNetwork};
use crate::quarantine::OnInvalid;
use crate::trace::DeliverySpan;

/// How long a body may take unless configured otherwise.
pub const DEFAULT_BODY_DEADLINE: Duration = Duration::from_secs(30);

/// How long what is left of a refused body is waited for unless configured otherwise.
pub const DEFAULT_LINGER: Duration = Duration::from_millis(250);

/// Looks at a verdict.
type Look = dyn Fn(&Verdict) + Send + Sync;

/// How long a sender has to wait, by the headers of its delivery and the time.
type Limit = dyn Fn(&Headers<'_>, u64) -> Option<Duration> + Send + Sync;

/// A vetter, and everything that a receiver of deliveries needs around it. Cheap to clone; clones share everything.
///
/// The same settings serve every adapter: `hookvet_tower::VetLayer::from(receiver)`, and so for the others.
///
/// # Example
/// ```
/// use std::time::Duration;
///
/// use hookvet::Vetter;
/// use hookvet_receiver::{Networks, Receiver};
///
/// let receiver = Receiver::new(Vetter::amlyze().build()?)
///     .body_deadline(Duration::from_secs(10))
///     .peers(Networks::parse(["192.0.2.0/24"])?)
///     .observer(|observation: &hookvet_receiver::Observation<'_>| println!("{:?}", observation.disposition));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a receiver does nothing until an adapter uses it"]
pub struct Receiver {
    pub(crate) settings: Arc<Settings>,
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) vetter: Vetter,
    pub(crate) clock: Clock,
    pub(crate) methods: Vec<String>,
    /// The value of `Allow` that lists the methods.
    allow: String,
    pub(crate) on_invalid: OnInvalid,
    look: Option<Arc<Look>>,
    observers: Vec<Arc<dyn Observer>>,
    pub(crate) limiter: Option<Arc<Limit>>,
    pub(crate) peers: Option<Arc<dyn PeerNetwork>>,
    body_deadline: Option<Duration>,
    linger: Duration,
    #[cfg(feature = "decompression")]
    pub(crate) decodes: bool,
}

impl Receiver {
    /// Vets with `vetter` and the system's clock.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn new(vetter: Vetter) -> Self {
        Self::with(vetter, Clock::System)
    }

    /// Vets with `vetter` and a clock that gives seconds since the Unix epoch: a fixed one for tests, the host's where the system
    /// has none.
    pub fn with_clock(vetter: Vetter, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self::with(vetter, Clock::given(now))
    }

    fn with(vetter: Vetter, clock: Clock) -> Self {
        let settings = Settings {
            vetter,
            clock,
            methods: vec!["POST".to_owned()],
            allow: "POST".to_owned(),
            on_invalid: OnInvalid::default(),
            look: None,
            observers: Vec::new(),
            limiter: None,
            peers: None,
            body_deadline: Some(DEFAULT_BODY_DEADLINE),
            linger: DEFAULT_LINGER,
            #[cfg(feature = "decompression")]
            decodes: false,
        };
        Self { settings: Arc::new(settings) }
    }

    /// Another clock, in seconds since the Unix epoch. Default: the system's. It is read where something depends on the time: secrets,
    /// credentials, a limiter or a quarantine.
    pub fn clock(self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.clock = Clock::given(now))
    }

    /// The methods that a delivery may come with, in capitals; what is no token of HTTP is left out, and where nothing is left the
    /// setting stays what it was. Default: `POST`.
    ///
    /// `OPTIONS` is never one of them where the vetter takes part in the webhook [`Handshake`](hookvet::Handshake).
    pub fn methods<M: Into<String>>(self, methods: impl IntoIterator<Item = M>) -> Self {
        let methods: Vec<String> = methods.into_iter().map(Into::into).filter(|method| is_token(method)).collect();
        if methods.is_empty() {
            return self;
        }
        self.set(|settings| {
            settings.allow = methods.join(", ");
            settings.methods = methods;
        })
    }

    /// What becomes of a delivery that is refused. Default: [`OnInvalid::Respond`].
    pub fn on_invalid(self, on_invalid: OnInvalid) -> Self {
        self.set(|settings| settings.on_invalid = on_invalid)
    }

    /// Shows every verdict to `look`, once: for counters and logs that need nothing else. The last call counts.
    ///
    /// Every verdict means the warnings of accepted deliveries too, such as an event type or a member that the vendor
    /// has not documented. It runs inside the request, so it should not block; one that panics is caught, as an
    /// [`Observer`] is.
    pub fn on_verdict(self, look: impl Fn(&Verdict) + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.look = Some(Arc::new(look)))
    }

    /// Tells `observer` about every delivery. Each call adds one. Default: nobody, and then no time is measured.
    pub fn observer(self, observer: impl Observer + 'static) -> Self {
        self.set(|settings| settings.observers.push(Arc::new(observer)))
    }

    /// Asks `limit` about every delivery before anything of it is judged, with its headers and the time in seconds since
    /// the Unix epoch. `None` lets it in; otherwise the answer is 429 with that time in `Retry-After`, in whole seconds and
    /// at least one. Default: no limit. A limit that panics ends its request, as a handler does that panics.
    ///
    /// It keeps its own counts. Under a [`Handshake`](hookvet::Handshake) the header `WebHook-Request-Origin` names the
    /// sender, who promised to keep to the allowed rate; anybody can write that header, so a limit by it protects the
    /// receiver from its friends alone.
    ///
    /// Source: CloudEvents HTTP webhook 1.0.2 §2.2.
    pub fn limiter(self, limit: impl Fn(&Headers<'_>, u64) -> Option<Duration> + Send + Sync + 'static) -> Self {
        self.set(|settings| settings.limiter = Some(Arc::new(limit)))
    }

    /// Takes deliveries only from these peers; all others are answered with 403 before anything of them is looked at, and so is
    /// every request whose address the server does not tell. Default: from everywhere.
    ///
    /// Where the vetter asks for a credential or a signature besides, both must hold.
    pub fn peers(self, peers: impl PeerNetwork + 'static) -> Self {
        self.set(|settings| settings.peers = Some(Arc::new(peers)))
    }

    /// How long a body may take, from the moment in which it is first waited for; then the answer is 408. `None` lets it take as
    /// long as it likes. Default: [`DEFAULT_BODY_DEADLINE`]. An adapter without a timer, as on WebAssembly, cannot keep it.
    ///
    /// # Example
    /// ```
    /// use std::time::Duration;
    ///
    /// use hookvet::Vetter;
    /// use hookvet_receiver::Receiver;
    ///
    /// let receiver = Receiver::new(Vetter::amlyze().build()?);
    /// assert_eq!(receiver.max_body_time(), Some(Duration::from_secs(30)));
    /// assert_eq!(receiver.body_deadline(None).max_body_time(), None);
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    pub fn body_deadline(self, deadline: impl Into<Option<Duration>>) -> Self {
        let deadline = deadline.into();
        self.set(|settings| settings.body_deadline = deadline)
    }

    /// How long what is left of a refused body is waited for, so that a sender which is still writing gets to read its answer;
    /// zero answers at once. Default: [`DEFAULT_LINGER`]. An adapter without a timer answers at once.
    pub fn linger(self, limit: Duration) -> Self {
        self.set(|settings| settings.linger = limit)
    }

    /// Whether bodies under the content coding `gzip` or `deflate` are decoded, before anything of them is judged: signature and
    /// schema are held against the decoded bytes, and the handler gets those, without `Content-Encoding` and with their own
    /// `Content-Length`. Default: no, a coding is refused with 415 and `Accept-Encoding`.
    ///
    /// Neither the coded nor the decoded body may be longer than [`Vetter::max_body`]; decoding stops there. A body that cannot
    /// be decoded is answered with 400, `HTTP-decoding`. Neither vendor documents a coding.
    #[cfg(feature = "decompression")]
    pub fn decode_bodies(self, decode: bool) -> Self {
        self.set(|settings| settings.decodes = decode)
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }
}

/// What adapters ask.
impl Receiver {
    /// What judges.
    #[must_use]
    pub fn vetter(&self) -> &Vetter {
        &self.settings.vetter
    }

    /// Whether [`Head::peer`](crate::Head::peer) is looked at; otherwise it need not be found out.
    #[must_use]
    pub fn looks_at_peers(&self) -> bool {
        self.settings.peers.is_some()
    }

    /// How long a body may take; `None` where it may take as long as it likes.
    #[must_use]
    pub fn max_body_time(&self) -> Option<Duration> {
        self.settings.body_deadline
    }

    /// How long what is left of a refused body is waited for.
    #[must_use]
    pub fn linger_time(&self) -> Duration {
        self.settings.linger
    }

    pub(crate) fn allow(&self) -> &str {
        &self.settings.allow
    }

    /// The value of `Accept-Encoding` that lists the content codings that are read.
    #[cfg(feature = "decompression")]
    pub(crate) fn codings(&self) -> &'static str {
        if self.settings.decodes { crate::coding::READ } else { "identity" }
    }

    /// The value of `Accept-Encoding` that lists the content codings that are read.
    #[cfg(not(feature = "decompression"))]
    #[expect(clippy::unused_self, reason = "the same shape as where there is a choice")]
    pub(crate) const fn codings(&self) -> &'static str {
        "identity"
    }

    pub(crate) fn is_observed(&self) -> bool {
        !self.settings.observers.is_empty()
    }

    pub(crate) fn is_looked_at(&self) -> bool {
        self.settings.look.is_some()
    }

    /// Tells everybody who wants to know. A panic of theirs ends here: a delivery must not be lost because somebody counts.
    pub(crate) fn tell(&self, span: &DeliverySpan, observation: &Observation<'_>) {
        if let Some(look) = &self.settings.look {
            let _ = catch_unwind(AssertUnwindSafe(|| look(observation.verdict)));
        }
        for observer in &self.settings.observers {
            let _ = catch_unwind(AssertUnwindSafe(|| observer.observe(observation)));
        }
        if span.is_enabled() {
            span.tell(observation);
        }
    }
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.debug_struct("Receiver")
            .field("vetter", &settings.vetter)
            .field("clock", &settings.clock)
            .field("methods", &settings.methods)
            .field("on_invalid", &settings.on_invalid)
            .field("peers", &settings.peers.as_ref().map(|_| Opaque))
            .field("body_deadline", &settings.body_deadline)
            .field("linger", &settings.linger)
            .finish_non_exhaustive()
    }
}
