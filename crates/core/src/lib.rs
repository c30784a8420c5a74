//! Vets compliance webhooks before a handler sees them: CloudEvents header rules, signature and payload schema in one
//! [`Verdict`].
//!
//! AMLYZE sends CloudEvents 1.0.2 in HTTP binary content mode, Dataspike sends signed JSON. A [`Vetter`] is built once for
//! a vendor; then it judges every delivery in two steps, headers first, and says which event it is, whether it is what
//! the vendor documents, and if not, every reason, each with a rule id that is documented and does not change.
//!
//! No IO, no clock, no framework and no async: names and values, bytes and the time come in, a verdict goes out. The
//! same code runs in `hookvet-tower`, on the command line and in WebAssembly.
//!
//! - [`Vetter`], [`Pending`]: judge a delivery
//! - [`Verdict`], [`Finding`], [`Rule`]: what is said about it
//! - [`Policy`]: what refuses it
//! - [`amlyze`], [`dataspike`]: typed events, read from an accepted delivery with [`Verdict::read`]
//! - [`Secret`]: what Dataspike signs with; [`Credential`]: what others can be asked to show

mod authenticity;
mod check;
mod cloudevents;
mod escape;
mod finding;
mod grammar;
mod headers;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod json;
mod order;
mod own;
mod policy;
mod problem;
mod profiles;
#[cfg(feature = "publish")]
pub mod publish;
mod report;
mod rule;
mod schema;
mod settings;
mod typed;
mod vendors;
mod verdict;
mod vetter;

pub use authenticity::{Credential, CredentialError, Secret, SecretError};
pub use check::{CheckError, CheckRequest, Checker, error_line};
pub use cloudevents::encode::{CloudEvent, EncodeError, Outgoing};
pub use cloudevents::handshake::{AllowedRate, Handshake, HandshakeAnswer};
pub use escape::escaped;
pub use finding::{Finding, Place, Severity};
pub use hookvet_catalogue::{
    Certainty, EventInfo, EventPayload, Example, Instant, Origin, PayloadKnowledge, ReadError, ReadErrorKind,
    Timestamp, UnknownVendor, Vendor, amlyze, dataspike, events, find,
};
pub use policy::{Level, Policy, Preset, UnknownLevel, UnknownPreset};
pub use problem::{PROBLEM_JSON, Problem};
pub use rule::{Class, Rule, UnknownRule};
pub use schema::SchemaFault;
#[cfg(feature = "own-schemas")]
pub use schema::SchemaWarning;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub use schema::schema_violations;
pub use settings::{DEFAULT_MAX_BODY, DEFAULT_TOLERANCE};
pub use typed::{OwnEvent, Picks, ReadEvent, RoutedEvent, TypedError};
pub use vendors::dataspike::{DEFAULT_MAX_BODY_DATASPIKE, sign as sign_dataspike};
pub use vendors::standard_webhooks::sign as sign_standard_webhooks;
pub use verdict::{Authenticity, Decision, EventContext, Mode, Verdict};
pub use vetter::{BuildError, Pending, Rejection, Vetter, VetterBuilder};
