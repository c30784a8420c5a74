//! A handler that was there before, called once a delivery.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hookvet::Vetter;
use hookvet_tower::Delivery;
use http::{Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use crate::answer::{bare, not_vetted, unavailable};
use crate::inbox::Inbox;
use crate::record::{Note, Record, State};
use crate::store::{Appended, Arrival, Lease, Outcome, Store as _, Terms};
use crate::worker::{hold, tell};

/// Calls a handler once for each delivery, inside [`VetLayer`](hookvet_tower::VetLayer): by one line on a route that was there before.
///
/// A delivery is stored and leased before the handler is called, and settled by its status: 2xx means done, anything else that it
/// may come again.
///
/// | what came before | answer |
/// |---|---|
/// | nothing, or an attempt that failed | the handler's |
/// | it was done | 204, and no call |
/// | it is being worked on | 503 with `Retry-After`, and no call |
/// | it was tried too often, or given up | 202, and no call: it is stored, and an operator decides |
///
/// Where the delivery cannot be stored the answer is 503, and the handler is not called. A handler that is cut off, since its sender
/// has hung up or the process has ended, is called again once the lease has ended and the sender comes again, or by a
/// [`Worker`](crate::Worker) on the same inbox.
///
/// # Example
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use hookvet::Vetter;
/// use hookvet_inbox::{Inbox, InboxLayer};
/// use hookvet_tower::VetLayer;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let vetter = Vetter::amlyze().build()?;
/// let inbox = Inbox::open("memory:").await?;
/// let app: Router = Router::new()
///     .route("/amlyze", post(async || StatusCode::NO_CONTENT))
///     .route_layer(InboxLayer::new(inbox, &vetter))
///     .route_layer(VetLayer::new(vetter));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it wraps a service"]
pub struct InboxLayer {
    inbox: Inbox,
    vetter: Vetter,
    terms: Terms,
}

impl InboxLayer {
    /// Keeps deliveries in `inbox`. The vetter is that of the `VetLayer` around it: it says which headers hold a credential.
    pub fn new(inbox: Inbox, vetter: &Vetter) -> Self {
        Self { inbox, vetter: vetter.clone(), terms: Terms::default() }
    }

    /// How long the lease lasts before it is extended or lost, and how often a delivery is tried.
    pub fn terms(mut self, terms: Terms) -> Self {
        self.terms = terms;
        self
    }
}

impl<S> Layer<S> for InboxLayer {
    type Service = Claim<S>;

    fn layer(&self, inner: S) -> Claim<S> {
        Claim { inner, layer: self.clone() }
    }
}

/// Calls `inner` once for each delivery. See [`InboxLayer`].
#[derive(Clone)]
pub struct Claim<S> {
    inner: S,
    layer: InboxLayer,
}

impl<S: fmt::Debug> fmt::Debug for Claim<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, In, Out> Service<Request<In>> for Claim<S>
where
    S: Service<Request<In>, Response = Response<Out>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    In: Send + 'static,
    Out: From<Bytes> + Send,
{
    type Response = Response<Out>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Out>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<In>) -> Self::Future {
        // The clone is not ready; the one that is ready is called.
        let next = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, next);
        let layer = self.layer.clone();
        Box::pin(async move {
            let Some(delivery) = request.extensions().get::<Delivery>() else { return Ok(not_vetted()) };
            let record = Record::new(delivery, &layer.vetter, request.headers());
            let answer = match layer.inbox.append(record, Some(layer.terms)).await {
                Ok(Appended { lease: Some(lease), .. }) => return layer.handle(lease, inner, request).await,
                Ok(Appended { arrival: Arrival::Duplicate(State::Done), .. }) => bare(StatusCode::NO_CONTENT),
                // Ready, and still not to be had: another has taken it in the same instant, or it was tried too often just now.
                Ok(Appended { arrival: Arrival::Duplicate(State::Leased | State::Ready), .. }) => {
                    unavailable(&layer.vetter, "the same delivery is being worked on; send it again")
                }
                Ok(_) => bare(StatusCode::ACCEPTED),
                Err(_) => unavailable(&layer.vetter, "the delivery could not be stored; send it again"),
            };
            Ok(answer)
        })
    }
}

impl InboxLayer {
    async fn handle<S, In, Out>(
        self,
        lease: Lease,
        mut inner: S,
        request: Request<In>,
    ) -> Result<Response<Out>, S::Error>
    where
        S: Service<Request<In>, Response = Response<Out>>,
        Out: From<Bytes>,
    {
        let response = tokio::select! {
            response = inner.call(request) => response,
            () = hold(&self.inbox, lease, self.terms.duration) => {
                return Ok(unavailable(&self.vetter, "the delivery was taken by others; send it again"));
            }
        };
        let retry = |note: &str| Outcome::Retry { after: self.terms.duration, note: Some(Note::new(note)) };
        let outcome = match &response {
            Ok(response) if response.status().is_success() => Outcome::Done,
            Ok(response) => retry(&format!("answered with {}", response.status().as_u16())),
            Err(_) => retry("the service failed"),
        };
        // Where it cannot be told, the lease ends by itself and the delivery comes again.
        let _ = tell(&self.inbox, lease, outcome).await;
        response
    }
}
