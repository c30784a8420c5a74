//! Stores vetted webhook deliveries before they are acknowledged, tells duplicates, and hands each one to a worker.
//!
//! Both vendors repeat whatever is not answered with 2xx and promise no order. A receiver has to store first, answer, then work, and
//! drop what comes twice. An [`Inbox`] does that on an embedded file, and on several machines by another URL.
//!
//! | feature | what it brings | default |
//! |---|---|---|
//! | `sqlite` | `sqlite:FILE`, the embedded store | yes |
//! | `tower` | `InboxLayer` and `Intake`, behind `hookvet_tower::VetLayer` | yes |
//! | `postgres` | `postgres://`, a store for many machines | no |
//! | `nats` | `nats://`, a store for many machines in JetStream | no |
//! | `encryption` | `Encrypted`: bodies, headers and verdicts are encrypted before a store sees them | no |
//! | `metrics` | counters, gauges and histograms through the `metrics` facade | no |
//! | `conformance` | the suite that every store passes, for a store of your own | no |

#![cfg_attr(
    not(all(feature = "sqlite", feature = "postgres", feature = "nats")),
    allow(dead_code, clippy::unused_async, reason = "for the stores whose features are off")
)]

#[cfg(feature = "tower")]
mod answer;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "encryption")]
mod encryption;
mod inbox;
#[cfg(feature = "tower")]
mod intake;
#[cfg(feature = "tower")]
mod layer;
mod memory;
#[cfg(feature = "nats")]
mod nats;
mod observe;
#[cfg(feature = "postgres")]
mod postgres;
mod record;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod worker;

#[cfg(feature = "encryption")]
pub use encryption::{Encrypted, Keys, KeysError};
pub use inbox::Inbox;
#[cfg(feature = "tower")]
pub use intake::Intake;
#[cfg(feature = "tower")]
pub use layer::{Claim, InboxLayer};
pub use memory::MemoryStore;
#[cfg(feature = "nats")]
pub use nats::NatsStore;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
pub use record::{Delivery, Note, Record, State, UnknownState};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteOptions, SqliteStore};
pub use store::{
    Appended, Arrival, Change, Filter, Horizon, Lease, Leased, Outcome, Page, Pending, Query, Selection, Settled,
    Statement, Stats, Store, StoreError, Swept, Terms, Wanted,
};
pub use worker::{Failure, Worker};
