//! Middleware for actix-web 4 that vets compliance webhooks before a handler sees them.
//!
//! [`Vet`] goes around an application, a scope or a resource. It judges the headers before it reads a byte of the body, reads the
//! body up to the vetter's limit, and calls the handler only once `hookvet` accepts the delivery. The handler gets **the same bytes**
//! that came, and beside them the [`Delivery`]: the verdict and the typed event. A sender that is turned away gets a problem
//! document (RFC 9457) with every reason, each with a rule id, and never a value of its payload: byte for byte the one that
//! `hookvet-tower` gives.
//!
//! ```
//! use actix_web::{App, HttpResponse, web};
//! use hookvet::{Vetter, amlyze};
//! use hookvet_actix::{Vet, Vetted};
//!
//! async fn customer_updated(Vetted(customer): Vetted<amlyze::CustomerUpdated>) -> HttpResponse {
//!     println!("the risk level is now {:?}", customer.risk_level);
//!     HttpResponse::NoContent().finish()
//! }
//!
//! let vet = Vet::new(Vetter::amlyze().build()?);
//! let app = App::new().service(web::resource("/amlyze").wrap(vet).route(web::post().to(customer_updated)));
//! # Ok::<(), hookvet::BuildError>(())
//! ```
//!
//! Its settings are those of a [`Receiver`], which other adapters share. The whole story, with a delivery that passes and one that
//! does not, is told in [`vet`].
//!
//! # Features
//!
//! | feature | what it brings | default |
//! |---|---|---|
//! | `decompression` | [`Receiver::decode_bodies`](Receiver): gzip and deflate are undone, under the limit | no |
//! | `metrics` | `Metrics`, an observer that counts through the `metrics` facade | no |
//! | `tracing` | a span for each delivery around the handler, and an event with its verdict | no |

mod collect;
mod delivery;
mod extract;
mod limits;
mod refusal;
mod rejection;

pub mod vet;

pub use delivery::Delivery;
pub use extract::Vetted;
pub use hookvet_receiver as receiver;
#[cfg(feature = "metrics")]
pub use hookvet_receiver::Metrics;
pub use hookvet_receiver::{Networks, Observation, OnInvalid, Quarantine, Quarantined, Receiver};
pub use rejection::VettedRejection;
pub use vet::Vet;
