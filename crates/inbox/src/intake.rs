//! A route that stores deliveries and leaves the work to others.

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hookvet::Vetter;
use hookvet_tower::Delivery;
use http::{Request, Response, StatusCode};
use tower_service::Service;

use crate::answer::{bare, not_vetted, unavailable};
use crate::inbox::Inbox;
use crate::record::Record;
use crate::store::Store as _;

/// Stores each delivery and answers 202, inside [`VetLayer`](hookvet_tower::VetLayer); a [`Worker`](crate::Worker) does the work.
///
/// A repeat is answered with 202 as well; a delivery that cannot be stored with 503 and `Retry-After`.
///
/// # Example
/// ```
/// use axum::Router;
/// use axum::body::Body;
/// use hookvet::Vetter;
/// use hookvet_inbox::{Inbox, Intake};
/// use hookvet_tower::VetLayer;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let vetter = Vetter::amlyze().build()?;
/// let inbox = Inbox::open("memory:").await?;
/// let app: Router = Router::new()
///     .route_service("/amlyze", Intake::<Body>::new(inbox, &vetter))
///     .route_layer(VetLayer::new(vetter));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Intake<Out> {
    inbox: Inbox,
    vetter: Vetter,
    out: PhantomData<fn() -> Out>,
}

impl<Out> Intake<Out> {
    /// Keeps deliveries in `inbox`. The vetter is that of the `VetLayer` around it: it says which headers hold a credential.
    pub fn new(inbox: Inbox, vetter: &Vetter) -> Self {
        Self { inbox, vetter: vetter.clone(), out: PhantomData }
    }
}

impl<Out> Clone for Intake<Out> {
    fn clone(&self) -> Self {
        Self { inbox: self.inbox.clone(), vetter: self.vetter.clone(), out: PhantomData }
    }
}

impl<In, Out: From<Bytes>> Service<Request<In>> for Intake<Out> {
    type Response = Response<Out>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Out>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<In>) -> Self::Future {
        let (inbox, vetter) = (self.inbox.clone(), self.vetter.clone());
        let delivery = request.extensions().get::<Delivery>().cloned();
        let record = delivery.as_ref().map(|delivery| Record::new(delivery, &vetter, request.headers()));
        Box::pin(async move {
            let Some(record) = record else { return Ok(not_vetted()) };
            Ok(match inbox.append(record, None).await {
                Ok(_) => bare(StatusCode::ACCEPTED),
                Err(_) => unavailable(&vetter, "the delivery could not be stored; send it again"),
            })
        })
    }
}
