//! What every adapter of hookvet for a web framework shares: one settings type, one decision, one set of answers.
//!
//! `hookvet-tower` and its siblings only translate: they hand the head of a request to [`Receiver::open`], read the body,
//! hand it to [`Receiver::close`], and write the [`Answer`] that comes of it. So a delivery is answered with the same
//! status, headers and bytes whichever framework stands in front. No type of a web framework or of the `http` crate is
//! named here, because frameworks differ in its version.
//!
//! - [`Receiver`]: the settings, built once
//! - [`OnInvalid`], [`Quarantine`]: what becomes of a delivery that is refused
//! - [`Observer`]: one call a delivery, with its verdict and the time it took
//! - [`PeerNetwork`], [`Networks`]: who may deliver at all
//! - [`is_sensitive_header`], [`Received::key`], [`Received::digest`]: for those who keep deliveries
//! - [`Opening`], [`Closing`], [`Answer`]: the two steps, for those who write an adapter
//!
//! # Features
//!
//! | feature | what it brings | default |
//! |---|---|---|
//! | `decompression` | `Receiver::decode_bodies`: gzip and deflate are undone, under the limit | no |
//! | `metrics` | `Metrics`, an observer that counts through the `metrics` facade | no |
//! | `tracing` | a span for each delivery, and an event with its verdict | no |
//!
//! # Example
//!
//! A receiver without any framework:
//!
//! ```
//! use hookvet::Vetter;
//! use hookvet_receiver::{Closing, End, Head, Opening, Receiver};
//!
//! let receiver = Receiver::with_clock(Vetter::amlyze().build()?, || 1_773_147_225);
//! let headers = [("content-type", "application/json"), ("ce-specversion", "1.0"), ("ce-id", "1"),
//!     ("ce-source", "customer"), ("ce-type", "com.amlyze.customer.updated"), ("ce-subject", "42")];
//! let Opening::Read(reception) = receiver.open(Head::new("POST", headers)) else { panic!("the headers are in order") };
//! let body = br#"{"customerExternalID":"42","riskLevel":"SEVERE","updatedAt":"2026-03-10T12:53:45Z"}"#;
//! let Closing::Refuse(refusal) = receiver.close(reception, body.as_slice().into(), End::Whole) else { panic!("SEVERE") };
//! let answer = refusal.answer();
//! assert_eq!(answer.status, 422);
//! assert_eq!(answer.headers[0], ("content-type", "application/problem+json".to_owned()));
//! # Ok::<(), hookvet::BuildError>(())
//! ```

mod answer;
mod clock;
#[cfg(feature = "decompression")]
mod coding;
mod head;
mod judge;
#[cfg(any(feature = "metrics", feature = "tracing"))]
mod label;
#[cfg(feature = "metrics")]
mod metrics;
mod observe;
mod peer;
mod quarantine;
mod received;
mod receiver;
mod record;
mod trace;

pub use answer::Answer;
pub use head::{Head, Headers};
pub use judge::{Closing, End, Opening, Reception, Refusal};
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
pub use observe::{Disposition, Observation, Observer, Timings};
pub use peer::{NetworkError, Networks, PeerNetwork};
pub use quarantine::{Keep, Keeping, OnInvalid, Quarantine, QuarantineSink, Quarantined, StoreError, StoreFuture};
pub use received::Received;
pub use receiver::{DEFAULT_BODY_DEADLINE, DEFAULT_LINGER, Receiver};
pub use record::{event_digest, is_sensitive_header};
pub use trace::{DeliverySpan, InsideSpan};
