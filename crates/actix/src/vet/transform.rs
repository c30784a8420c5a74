//! The settings, and the middleware that actix-web makes of them for each worker.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::Error;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use hookvet::Vetter;
use hookvet_receiver::Receiver;

use super::service::VetService;
use crate::limits::Limits;

/// Goes around an `App`, a `Scope` or a `Resource`. Story and examples: [module docs](super).
///
/// Cheap to clone; clones share everything, so build it outside the closure of `HttpServer::new` and clone it inside.
#[derive(Clone, Debug)]
#[must_use = "middleware does nothing until it is wrapped around something"]
pub struct Vet {
    receiver: Receiver,
}

impl Vet {
    /// Vets with `vetter` and the system's clock, and with the settings that [`Receiver::new`] starts with.
    pub fn new(vetter: Vetter) -> Self {
        Self::from(Receiver::new(vetter))
    }

    /// Vets with `vetter` and a clock that gives seconds since the Unix epoch: a fixed one for tests.
    ///
    /// # Example
    /// ```
    /// use hookvet::Vetter;
    /// use hookvet_actix::Vet;
    ///
    /// let vet = Vet::with_clock(Vetter::amlyze().build()?, || 1_773_147_225);
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    pub fn with_clock(vetter: Vetter, now: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self::from(Receiver::with_clock(vetter, now))
    }
}

impl From<Receiver> for Vet {
    /// The middleware with settings that other adapters share.
    fn from(receiver: Receiver) -> Self {
        Self { receiver }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Vet
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = VetService<S>;
    type InitError = ();
    type Future = Ready<Result<VetService<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let limits = Rc::new(Limits::new(self.receiver.vetter().max_body()));
        ready(Ok(VetService { inner: Rc::new(service), receiver: self.receiver.clone(), limits }))
    }
}
