//! What AMLYZE and Dataspike send: typed payloads, a register of every event type, and a JSON Schema for each.
//!
//! - [`events`] and [`find`] list the event types: name, certainty, when it fires, documents, schema, examples.
//! - [`amlyze`] and [`dataspike`] hold the payload types and read a received event into them.
//! - `schemas` (feature `schemas`) renders the published schemas and examples from these types.
//!
//! Reading is tolerant and loses nothing: every member may be missing, unknown words and members are kept, both
//! spellings are read where the vendor's documents disagree. What the documents demand is in the schemas, which are
//! closed. Nothing here prints a payload value in its `Debug` form or in an error, because payloads hold people's
//! names, birth dates and screening results; the exception is a word of a closed list when printed by itself.
//!
//! # Features
//! - `schemas`, off by default: [`schemars::JsonSchema`](https://docs.rs/schemars) for the payload types, and the
//!   rendering of everything that is generated from them. Only needed for changing the catalogue.
//! - `publish`, off by default: `AsyncAPI` and `OpenAPI` documents about a receiver, for the vendors' events and others.

#![allow(clippy::must_use_candidate, reason = "nothing here is lost by dropping what a getter returns")]

pub mod amlyze;
pub mod dataspike;
mod error;
#[rustfmt::skip]
mod generated;
mod key;
mod manner;
mod members;
#[cfg(feature = "publish")]
pub mod publish;
mod raw;
mod registry;
#[cfg(feature = "schemas")]
pub mod schemas;
mod text;
mod time;
mod vendor;

pub use error::{ReadError, ReadErrorKind, read};
pub use key::event_key;
pub use members::Extra;
pub use raw::{Opaque, Unknown};
pub use registry::{Certainty, EventInfo, EventPayload, Example, Origin, PayloadKnowledge, events, find};
pub use time::{Date, Instant, Timestamp, is_date};
pub use vendor::{UnknownVendor, Vendor};
