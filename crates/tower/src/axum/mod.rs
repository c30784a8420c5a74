//! Extractors and a router of events for axum 0.8 handlers behind a [`VetLayer`](crate::VetLayer).
//!
//! - [`Vetted<E>`]: the typed event of an accepted delivery
//! - [`Delivery`](crate::Delivery): its verdict and its bytes
//! - [`EventRouter`]: each type of event to its own handler
//!
//! The extractors look at the request's head alone, so they stand beside `State`, `Json`, `Bytes` and any other extractor, in any
//! order that axum allows.
//!
//! # Example
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use hookvet::{Vetter, amlyze};
//! use hookvet_tower::axum::Vetted;
//! use hookvet_tower::{Delivery, VetLayer};
//!
//! async fn customer_updated(Vetted(customer): Vetted<amlyze::CustomerUpdated>, delivery: Delivery) -> StatusCode {
//!     let key = delivery.event().map(hookvet::EventContext::key);
//!     println!("{key:?} is now {:?}", customer.risk_level);
//!     StatusCode::NO_CONTENT
//! }
//!
//! let app: Router = Router::new()
//!     .route("/amlyze", post(customer_updated))
//!     .route_layer(VetLayer::new(Vetter::amlyze().build()?));
//! # Ok::<(), hookvet::BuildError>(())
//! ```

mod extract;
mod rejection;
mod router;

pub use extract::Vetted;
pub use rejection::VettedRejection;
pub use router::{EventRouter, EventRouterFuture, EventRouterHandler};
