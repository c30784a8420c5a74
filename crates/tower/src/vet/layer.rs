//! Settings of the layer.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use hookvet::{Verdict, Vetter};
use hookvet_receiver::{Observer, OnInvalid, PeerNetwork, Receiver};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tower_layer::Layer;

use super::service::Vet;
use crate::body::{NewBody, SameBodies};

/// Puts [`Vet`] in front of a service. Story and examples: [module docs](super).
///
/// The type parameter says which bodies the inner service sees: [`body`](crate::body).
#[must_use = "a layer does nothing until it wraps a service"]
pub struct VetLayer<K = SameBodies> {
    receiver: Receiver,
    bodies: PhantomData<fn() -> K>,
}

impl VetLayer {
    /// Vets with `vetter` and the system's clock.
    #[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
    pub fn new(vetter: Vetter) -> Self {
        Self::from(Receiver::new(vetter))
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
        Self::from(Receiver::with_clock(vetter, now))
    }
}

impl From<Receiver> for VetLayer {
    /// The layer with settings that other adapters share.
    fn from(receiver: Receiver) -> Self {
        Self { receiver, bodies: PhantomData }
    }
}

impl<K> VetLayer<K> {
    /// Another clock, in seconds since the Unix epoch. Default: the system's.
    pub fn clock(self, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.set(|receiver| receiver.clock(now))
    }

    /// The methods that a delivery may come with. Default: `POST`.
    ///
    /// `OPTIONS` is never one of them where the vetter takes part in the webhook [`Handshake`](hookvet::Handshake).
    pub fn methods(self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.set(|receiver| receiver.methods(methods.into_iter().map(|method| method.to_string())))
    }

    /// What becomes of a delivery that is refused. Default: [`OnInvalid::Respond`].
    pub fn on_invalid(self, on_invalid: OnInvalid) -> Self {
        self.set(|receiver| receiver.on_invalid(on_invalid))
    }

    /// Shows every verdict to `look`, once, before it is acted upon: for counters and logs.
    ///
    /// Every verdict means the warnings of accepted deliveries too, such as an event type or a member that the vendor
    /// has not documented. It runs inside the request, so it should not block.
    pub fn on_verdict(self, look: impl Fn(&Verdict) + Send + Sync + 'static) -> Self {
        self.set(|receiver| receiver.on_verdict(look))
    }

    /// Tells `observer` about every delivery, with its verdict and the time it took. Each call adds one. Default: nobody, and then no
    /// time is measured.
    pub fn observer(self, observer: impl Observer + 'static) -> Self {
        self.set(|receiver| receiver.observer(observer))
    }

    /// Takes deliveries only from these peers; all others are answered with 403. Default: from everywhere.
    ///
    /// The address comes from axum's `ConnectInfo<SocketAddr>` (`into_make_service_with_connect_info`, feature `axum`) or from a
    /// [`Peer`](crate::Peer) that another server leaves beside the request; where there is neither, nothing is let in.
    pub fn peers(self, peers: impl PeerNetwork + 'static) -> Self {
        self.set(|receiver| receiver.peers(peers))
    }

    /// Asks `limit` about every delivery before anything of it is judged, with its headers and the time in seconds since
    /// the Unix epoch. `None` lets it in; otherwise the answer is 429 with that time in `Retry-After`, in whole seconds and
    /// at least one. Default: no limit.
    ///
    /// The headers are copied for it; [`Receiver::limiter`] is asked without that. It keeps its own counts. Under a [`Handshake`](hookvet::Handshake) the header `WebHook-Request-Origin` names the
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
        self.set(|receiver| {
            receiver.limiter(move |headers, now| {
                let headers = headers.iter().filter_map(|(name, value)| {
                    Some((HeaderName::from_bytes(name).ok()?, HeaderValue::from_bytes(value).ok()?))
                });
                // `extend` would let the last of several values count alone.
                let mut map = HeaderMap::new();
                headers.for_each(|(name, value)| {
                    map.append(name, value);
                });
                limit(&map, now)
            })
        })
    }

    /// How long a body may take, from the moment in which it is first waited for; then the answer is 408. `None` lets it take as
    /// long as it likes. Default: 30 s ([`DEFAULT_BODY_DEADLINE`](crate::receiver::DEFAULT_BODY_DEADLINE)).
    ///
    /// Without it a sender that drips its body byte by byte keeps its connection for ever, unless the server stops it.
    ///
    /// It needs a tokio runtime whose timer is enabled, as `#[tokio::main]` has it; elsewhere nothing ends the wait.
    #[cfg(all(feature = "deadline", not(target_family = "wasm")))]
    pub fn body_deadline(self, deadline: impl Into<Option<Duration>>) -> Self {
        self.set(|receiver| receiver.body_deadline(deadline))
    }

    /// How long what is left of a refused body is waited for, so that a sender which is still writing gets to read its
    /// answer; zero answers at once. Default: 250 ms. See [module docs](super#the-end-of-a-connection).
    ///
    /// It is for HTTP/1 alone, and needs a tokio runtime whose timer is enabled; elsewhere the answer goes out at once.
    #[cfg(all(feature = "deadline", not(target_family = "wasm")))]
    pub fn linger(self, limit: Duration) -> Self {
        self.set(|receiver| receiver.linger(limit))
    }

    /// Whether bodies under the content coding `gzip` or `deflate` are decoded. Default: no. See [`Receiver::decode_bodies`].
    #[cfg(feature = "decompression")]
    pub fn decode_bodies(self, decode: bool) -> Self {
        self.set(|receiver| receiver.decode_bodies(decode))
    }

    /// Lets the inner service take the body `B`, whatever comes in, and answer with any body. See [`body`](crate::body).
    pub fn with_body<B: From<bytes::Bytes>>(self) -> VetLayer<NewBody<B>> {
        VetLayer { receiver: self.receiver, bodies: PhantomData }
    }

    fn set(self, change: impl FnOnce(Receiver) -> Receiver) -> Self {
        Self { receiver: change(self.receiver), bodies: PhantomData }
    }
}

impl<S, K> Layer<S> for VetLayer<K> {
    type Service = Vet<S, K>;

    fn layer(&self, inner: S) -> Vet<S, K> {
        Vet::new(inner, self.receiver.clone())
    }
}

impl<K> Clone for VetLayer<K> {
    fn clone(&self) -> Self {
        Self { receiver: self.receiver.clone(), bodies: PhantomData }
    }
}

impl<K> fmt::Debug for VetLayer<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VetLayer").field("receiver", &self.receiver).finish()
    }
}
