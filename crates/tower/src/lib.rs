//! A tower layer that vets compliance webhooks before a handler sees them.
//!
//! [`VetLayer`] goes in front of any service that takes [`http::Request`]s: an axum router, a hyper server, a Worker. It
//! judges the headers before it reads a byte of the body, reads the body up to the vetter's limit, and hands the
//! delivery to the inner service only once `hookvet` accepts it. The handler gets **the same bytes** that came, and beside
//! them the [`Delivery`]: the verdict and the typed event. A sender that is turned away gets a problem document
//! (RFC 9457) with every reason, each with a rule id, and never a value of its payload.
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use hookvet::Vetter;
//! use hookvet_tower::VetLayer;
//!
//! let app: Router = Router::new()
//!     .route("/amlyze", post(async || StatusCode::NO_CONTENT))
//!     .route_layer(VetLayer::new(Vetter::amlyze().build()?));
//! # Ok::<(), hookvet::BuildError>(())
//! ```
//!
//! Its settings are those of a [`Receiver`], which other adapters share. The whole story, with a delivery that passes and one that does not, is told in [`vet`].
//!
//! # Features
//!
//! | feature | what it brings | default |
//! |---|---|---|
//! | `deadline` | a time limit for bodies, and a short wait before a refusal for a sender that is still writing; needs a tokio runtime with its timer, and brings nothing to WebAssembly | yes |
//! | `axum` | the extractors `axum::Vetted` and [`Delivery`], and their rejection; `axum::EventRouter`, which sends each type of event to its own handler | no |
//! | `metrics` | `Metrics`, an observer that counts through the `metrics` facade | no |
//! | `tracing` | a span for each delivery around the inner service, and an event with its verdict | no |
//!
//! Without tokio it compiles for WebAssembly too. There is no clock on `wasm32-unknown-unknown`, so there `VetLayer::new`
//! is missing and [`VetLayer::with_clock`] takes its place.

mod collect;
mod delivery;
mod peer;
mod refusal;
mod timer;

#[cfg(feature = "axum")]
pub mod axum;
pub mod body;
pub mod vet;

pub use body::VetBody;
pub use delivery::Delivery;
pub use hookvet_receiver as receiver;
#[cfg(feature = "metrics")]
pub use hookvet_receiver::Metrics;
pub use hookvet_receiver::{Networks, Observation, OnInvalid, Quarantine, Quarantined, Receiver};
pub use peer::Peer;
pub use vet::{Vet, VetLayer};
