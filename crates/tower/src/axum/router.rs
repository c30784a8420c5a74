//! Sends each type of event to its own handler.

use std::any::TypeId;
use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::axum::extract::Request;
use ::axum::handler::Handler;
use ::axum::response::{IntoResponse as _, Response};
use axum_core::body::Body;
use bytes::Bytes;
use hookvet::{EventContext, Picks, RoutedEvent, Vendor, amlyze};
use hookvet_receiver::Answer;
use http::StatusCode;
use http_body::Body as HttpBody;
use tower_service::Service;

use super::rejection::VettedRejection;
use crate::delivery::Delivery;
use crate::refusal::written;

/// Sends each type of event to its own handler, an ordinary axum handler with any extractors.
///
/// It is a handler itself, for `post(events)`, and a service once it has its [state](Self::with_state), for `route_service`,
/// `fallback_service` and `nest_service`. A [`VetLayer`](crate::VetLayer) stands in front of it; without one the answer is 500.
///
/// - [`on`](Self::on) takes every event with one payload type, [`on_type`](Self::on_type) one type by its name; the name counts where
///   both fit. Double spellings of a name (`app.amlyze.customer.updated`) go where the documented one goes.
/// - What has no handler goes to the [`fallback`](Self::fallback): types that are not listed, types that the catalogue does not know,
///   and batches. Without a fallback the answer is 404, a problem document `urn:hookvet:problem:unhandled-type`. Both vendors
///   repeat whatever is not answered with 2xx, so mind [`acknowledge_unhandled`](Self::acknowledge_unhandled).
/// - A delivery that was refused and passed on
///   ([`OnInvalid::PassWithVerdict`](crate::OnInvalid::PassWithVerdict)) goes to no handler of a type and to no fallback, but to
///   the one for [`refused`](Self::refused) deliveries; without one it is answered with its refusal.
///
/// # Example
/// ```
/// use axum::{Router, http::StatusCode, routing::post};
/// use hookvet::{Vetter, amlyze};
/// use hookvet_tower::axum::{EventRouter, Vetted};
/// use hookvet_tower::{Delivery, VetLayer};
///
/// async fn customer(Vetted(customer): Vetted<amlyze::CustomerUpdated>) -> StatusCode {
///     println!("the risk level is now {:?}", customer.risk_level);
///     StatusCode::NO_CONTENT
/// }
///
/// async fn sanctions(Vetted(hit): Vetted<amlyze::ScreeningCompleted>) -> StatusCode {
///     println!("{:?}", hit.screening_match);
///     StatusCode::NO_CONTENT
/// }
///
/// async fn anything_else(delivery: Delivery) -> StatusCode {
///     println!("{:?}", delivery.event().map(|event| event.event_type()));
///     StatusCode::NO_CONTENT
/// }
///
/// let events = EventRouter::new()
///     .on::<amlyze::CustomerUpdated, _>(customer)
///     .on_type("app.amlyze.customer.screening.sanctions.completed", sanctions)
///     .fallback(anything_else);
/// let app: Router =
///     Router::new().route("/amlyze", post(events)).route_layer(VetLayer::new(Vetter::amlyze().build()?));
/// # Ok::<(), hookvet::BuildError>(())
/// ```
#[must_use = "a router does nothing until it is put behind a route"]
pub struct EventRouter<S = ()> {
    routes: Arc<Routes<S>>,
}

struct Routes<S> {
    by_type: HashMap<String, Arc<dyn Erased<S>>>,
    by_payload: HashMap<&'static str, Arc<dyn Erased<S>>>,
    by_rust_type: HashMap<TypeId, Arc<dyn Erased<S>>>,
    fallback: Option<Arc<dyn Erased<S>>>,
    refused: Option<Arc<dyn Erased<S>>>,
    unhandled: Unhandled,
}

/// What an event without a handler is answered with.
#[derive(Clone, Copy, Debug)]
enum Unhandled {
    NotFound,
    Acknowledge,
}

type Responding = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler of whatever type.
trait Erased<S>: Send + Sync {
    fn call(&self, request: Request, state: S) -> Responding;
}

struct ByHandler<H, T> {
    handler: H,
    extractors: PhantomData<fn() -> T>,
}

impl<H: Handler<T, S>, T: 'static, S> Erased<S> for ByHandler<H, T> {
    fn call(&self, request: Request, state: S) -> Responding {
        Box::pin(self.handler.clone().call(request, state))
    }
}

/// A handler that has its state.
struct WithState<S> {
    handler: Arc<dyn Erased<S>>,
    state: S,
}

impl<S: Clone + Send + Sync> Erased<()> for WithState<S> {
    fn call(&self, request: Request, (): ()) -> Responding {
        self.handler.call(request, self.state.clone())
    }
}

impl<S: Clone + Send + Sync + 'static> EventRouter<S> {
    /// No handler at all.
    pub fn new() -> Self {
        let routes = Routes {
            by_type: HashMap::new(),
            by_payload: HashMap::new(),
            by_rust_type: HashMap::new(),
            fallback: None,
            refused: None,
            unhandled: Unhandled::NotFound,
        };
        Self { routes: Arc::new(routes) }
    }

    /// Sends every event whose payload is `E` to `handler`: one type for [`CustomerUpdated`](amlyze::CustomerUpdated), several for
    /// [`ScreeningPending`](amlyze::ScreeningPending), and for an [`OwnEvent`](hookvet::OwnEvent) the types that the vetter was given it
    /// for. The second parameter is found by the compiler: `on::<E, _>(handler)`.
    ///
    /// # Panics
    /// Where `E` has a handler already.
    pub fn on<E: RoutedEvent, T: 'static>(self, handler: impl Handler<T, S>) -> Self {
        let handler = erase(handler);
        self.set(|routes| match E::picks() {
            Picks::Documented(names) => {
                for name in names {
                    let before = routes.by_payload.insert(name, handler.clone());
                    assert!(before.is_none(), "{name} has a handler already");
                }
            }
            Picks::Own(rust_type) => {
                let before = routes.by_rust_type.insert(rust_type, handler);
                assert!(before.is_none(), "{} has a handler already", std::any::type_name::<E>());
            }
            _ => {}
        })
    }

    /// Sends the events of one type to `handler`, by the name that stands in the delivery.
    ///
    /// # Panics
    /// Where the type has a handler already, under whichever spelling.
    pub fn on_type<T: 'static>(self, name: impl Into<String>, handler: impl Handler<T, S>) -> Self {
        let name = name.into();
        // Two vendors never share a name, so the first that knows it decides how it is spelt.
        let name = amlyze::resolve_type(&name).info().map_or(name, |info| info.name.to_owned());
        let handler = erase(handler);
        self.set(|routes| {
            assert!(!routes.by_type.contains_key(&name), "{name} has a handler already");
            routes.by_type.insert(name, handler);
        })
    }

    /// Sends what has no handler of its own to `handler`. The last call counts.
    pub fn fallback<T: 'static>(self, handler: impl Handler<T, S>) -> Self {
        let handler = erase(handler);
        self.set(|routes| routes.fallback = Some(handler))
    }

    /// Sends deliveries that were refused and passed on to `handler`. The last call counts.
    pub fn refused<T: 'static>(self, handler: impl Handler<T, S>) -> Self {
        let handler = erase(handler);
        self.set(|routes| routes.refused = Some(handler))
    }

    /// Answers 204 where there is neither a handler nor a fallback, so that nobody repeats what is not wanted here. It is lost then;
    /// the vetter's verdict is all that has been seen of it.
    pub fn acknowledge_unhandled(self) -> Self {
        self.set(|routes| routes.unhandled = Unhandled::Acknowledge)
    }

    /// Gives every handler its state, for use as a service.
    pub fn with_state(self, state: S) -> EventRouter {
        let bind = |handler: Arc<dyn Erased<S>>| -> Arc<dyn Erased<()>> {
            Arc::new(WithState { handler, state: state.clone() })
        };
        let routes = self.into_routes();
        let routes = Routes {
            by_type: routes.by_type.into_iter().map(|(name, handler)| (name, bind(handler))).collect(),
            by_payload: routes.by_payload.into_iter().map(|(name, handler)| (name, bind(handler))).collect(),
            by_rust_type: routes.by_rust_type.into_iter().map(|(key, handler)| (key, bind(handler))).collect(),
            fallback: routes.fallback.map(bind),
            refused: routes.refused.map(bind),
            unhandled: routes.unhandled,
        };
        EventRouter { routes: Arc::new(routes) }
    }

    fn set(self, change: impl FnOnce(&mut Routes<S>)) -> Self {
        let mut routes = self.into_routes();
        change(&mut routes);
        Self { routes: Arc::new(routes) }
    }

    fn into_routes(self) -> Routes<S> {
        Arc::try_unwrap(self.routes).unwrap_or_else(|shared| (*shared).clone())
    }
}

fn erase<S, T: 'static>(handler: impl Handler<T, S>) -> Arc<dyn Erased<S>> {
    Arc::new(ByHandler { handler, extractors: PhantomData })
}

impl<S> Routes<S> {
    /// Who takes a delivery, or what it is answered with where nobody does.
    fn choose(&self, delivery: Option<&Delivery>) -> Result<&dyn Erased<S>, Box<Response>> {
        let Some(delivery) = delivery else { return Err(VettedRejection::MissingLayer.into_response().into()) };
        if !delivery.verdict().is_accepted() {
            return self
                .refused
                .as_deref()
                .ok_or_else(|| VettedRejection::Refused(delivery.clone()).into_response().into());
        }
        let own = delivery.event().and_then(|event| self.by_event(event));
        match (own.or(self.fallback.as_deref()), self.unhandled) {
            (Some(handler), _) => Ok(handler),
            (None, Unhandled::NotFound) => Err(written(Answer::unhandled()).map(Body::from).into()),
            (None, Unhandled::Acknowledge) => Err(StatusCode::NO_CONTENT.into_response().into()),
        }
    }

    fn by_event(&self, event: &EventContext) -> Option<&dyn Erased<S>> {
        let info = event.info();
        let name = match info {
            Some(info) => info.name,
            // A name of AMLYZE's that another sender uses is no event of AMLYZE's, but `on_type` may have been given it.
            None if event.vendor() == Vendor::CloudEvents => {
                amlyze::resolve_type(event.event_type()).info().map_or(event.event_type(), |info| info.name)
            }
            None => event.event_type(),
        };
        let by_payload = || info.and_then(|info| self.by_payload.get(info.name));
        let by_rust_type = || event.rust_type().and_then(|rust_type| self.by_rust_type.get(&rust_type));
        self.by_type.get(name).or_else(by_payload).or_else(by_rust_type).map(AsRef::as_ref)
    }
}

/// How axum tells this handler from functions.
#[derive(Debug)]
pub struct EventRouterHandler(());

impl<S: Clone + Send + Sync + 'static> Handler<EventRouterHandler, S> for EventRouter<S> {
    type Future = Responding;

    fn call(self, request: Request, state: S) -> Responding {
        match self.routes.choose(request.extensions().get()) {
            Ok(handler) => handler.call(request, state),
            Err(response) => Box::pin(std::future::ready(*response)),
        }
    }
}

impl<B> Service<http::Request<B>> for EventRouter
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<::axum::BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = EventRouterFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> EventRouterFuture {
        EventRouterFuture(Handler::call(self.clone(), request.map(Body::new), ()))
    }
}

/// Yields the response of the handler that was chosen.
#[must_use = "futures do nothing unless polled"]
pub struct EventRouterFuture(Responding);

impl Future for EventRouterFuture {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

impl<S: Clone + Send + Sync + 'static> Default for EventRouter<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Clone for EventRouter<S> {
    fn clone(&self) -> Self {
        Self { routes: self.routes.clone() }
    }
}

impl<S> Clone for Routes<S> {
    fn clone(&self) -> Self {
        Self {
            by_type: self.by_type.clone(),
            by_payload: self.by_payload.clone(),
            by_rust_type: self.by_rust_type.clone(),
            fallback: self.fallback.clone(),
            refused: self.refused.clone(),
            unhandled: self.unhandled,
        }
    }
}

impl<S> fmt::Debug for EventRouter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes = &self.routes;
        f.debug_struct("EventRouter")
            .field("by_type", &routes.by_type.keys().collect::<Vec<_>>())
            .field("by_payload", &routes.by_payload.keys().collect::<Vec<_>>())
            .field("has_fallback", &routes.fallback.is_some())
            .field("unhandled", &routes.unhandled)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for EventRouterFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventRouterFuture").finish_non_exhaustive()
    }
}
