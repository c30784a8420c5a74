//! The vetter: settings in, deliveries judged in two steps.

mod builder;
mod effect;
#[cfg(feature = "schemars")]
mod event;
mod headers;
mod judge;
mod own;
mod payload;
mod pending;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use hookvet_catalogue::Vendor;

use crate::authenticity::Credential;
use crate::cloudevents::handshake::Handshake;
use crate::finding::Place;
use crate::headers::Pairs;
use crate::policy::Policy;
use crate::report::Note;
use crate::rule::Rule;
#[cfg(feature = "own-schemas")]
use crate::schema::SchemaWarning;
use crate::settings::Settings;
use crate::verdict::Verdict;

pub use builder::{BuildError, VetterBuilder};
pub use pending::{Pending, Rejection};

/// Judges deliveries of one vendor under one policy. Cheap to clone; clones share everything.
///
/// It reads no clock and does no IO: headers, body and the time come in, a [`Verdict`] goes out.
///
/// # Example
/// ```
/// use hookvet::Vetter;
///
/// let vetter = Vetter::amlyze().build()?;
/// let headers = [
///     ("ce-specversion", "1.0"),
///     ("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c"),
///     ("ce-source", "customer"),
///     ("ce-type", "com.amlyze.customer.updated"),
///     ("ce-subject", "42"),
///     ("content-type", "application/json"),
/// ];
/// let body = br#"{"customerExternalID":"42","riskLevel":"SEVERE","updatedAt":"2026-03-10T12:53:45Z"}"#;
/// let verdict = vetter.vet(headers, body, 0);
/// assert_eq!(verdict.status(), 422);
/// assert_eq!(verdict.findings()[0].rule.id(), "SCHEMA-enum");
/// # Ok::<(), hookvet::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Vetter {
    pub(crate) settings: Arc<Settings>,
}

impl Vetter {
    /// The profile by its name.
    pub fn builder(vendor: Vendor) -> VetterBuilder {
        VetterBuilder::new(vendor)
    }

    /// Judges the headers alone, so that a delivery can be refused before its body is read.
    ///
    /// `headers` are (name, value) pairs in the order in which they came, repeated ones kept; values are octets. A
    /// `&http::HeaderMap` is such a list, and so is `pairs.iter().map(|(name, value)| (name, value))`. It is walked more than
    /// once. `now` is in seconds since the Unix epoch and counts only where signatures are checked.
    ///
    /// # Errors
    /// [`Rejection`] holds the verdict where the headers alone refuse the delivery. Every finding about them is in it.
    pub fn open<'h, I, N, V>(&self, headers: I, now: u64) -> Result<Pending, Rejection>
    where
        I: IntoIterator<Item = (&'h N, &'h V)> + Clone,
        N: AsRef<[u8]> + ?Sized + 'h,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        Pending::open(self, &Pairs::new(headers), now)
    }

    /// Judges a whole delivery: [`open`](Self::open) and [`Pending::close`] in one.
    pub fn vet<'h, I, N, V>(&self, headers: I, body: &[u8], now: u64) -> Verdict
    where
        I: IntoIterator<Item = (&'h N, &'h V)> + Clone,
        N: AsRef<[u8]> + ?Sized + 'h,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let mut verdict = judge::blank(&self.settings);
        let opened = headers::open(&self.settings, &Pairs::new(headers), now, &mut verdict);
        if opened.report.rejecting_class().is_some() {
            judge::headers_only(&self.settings, opened, &mut verdict);
        } else {
            judge::with_body(&self.settings, opened, body, &mut verdict);
        }
        verdict
    }

    /// Refuses a delivery for a reason that only an adapter can see: its method, a store that is down.
    ///
    /// The refusal stands under every policy; `message` must not quote the delivery.
    pub fn refuse(&self, rule: Rule, message: impl Into<Cow<'static, str>>) -> Verdict {
        let mut verdict = judge::blank(&self.settings);
        judge::refuse(&self.settings, Note::new(rule, Place::Request, message), &mut verdict);
        verdict
    }

    /// The webhook handshake, where the receiver takes part in it.
    pub fn handshake(&self) -> Option<&Handshake> {
        self.settings.handshake.as_ref()
    }

    /// Whether anything is configured that proves who sent a delivery: a secret or a credential.
    #[must_use]
    pub fn authenticates(&self) -> bool {
        !self.settings.secrets.is_empty() || !self.settings.credentials.is_empty()
    }

    /// The headers that carry a credential, in lower case: what must not be kept beside a delivery.
    pub fn credential_headers(&self) -> impl Iterator<Item = &str> {
        self.settings.credentials.iter().map(Credential::header_name)
    }

    /// What `WWW-Authenticate` says in a refusal for want of a credential, each challenge once.
    pub fn challenges(&self) -> impl Iterator<Item = &'static str> {
        let credentials = &self.settings.credentials;
        credentials.iter().enumerate().filter_map(|(position, credential)| {
            let challenge = credential.challenge()?;
            let before = &credentials[..position];
            (!before.iter().any(|other| other.challenge() == Some(challenge))).then_some(challenge)
        })
    }

    /// The profile that judges.
    #[must_use]
    pub fn vendor(&self) -> Vendor {
        self.settings.profile.vendor()
    }

    /// The JSON Schema that events of this type are held to, as it was given, derived or published; `None` where there is none.
    ///
    /// # Example
    /// ```
    /// use hookvet::Vetter;
    ///
    /// let vetter = Vetter::amlyze().build()?;
    /// assert!(vetter.schema("com.amlyze.customer.updated").is_some_and(|schema| schema.contains("riskLevel")));
    /// # Ok::<(), hookvet::BuildError>(())
    /// ```
    #[must_use]
    pub fn schema(&self, event_type: &str) -> Option<&str> {
        #[cfg(feature = "runtime-schemas")]
        if let Some(schema) = self.settings.own.schema(event_type) {
            return Some(schema.text());
        }
        hookvet_catalogue::find(self.vendor(), event_type).map(hookvet_catalogue::EventInfo::schema)
    }

    /// The types that have a schema of your own, sorted.
    #[cfg(feature = "runtime-schemas")]
    #[must_use]
    pub fn own_types(&self) -> Vec<&str> {
        self.settings.own.types()
    }

    /// What in your own schemas has no effect: keywords that no vocabulary knows, formats that nobody checks, a missing `$schema`.
    #[cfg(feature = "own-schemas")]
    #[must_use]
    pub fn warnings(&self) -> &[SchemaWarning] {
        self.settings.own.warnings()
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.settings.policy
    }

    /// The largest body that is taken, in bytes. A receiver stops reading behind it.
    #[must_use]
    pub fn max_body(&self) -> usize {
        self.settings.max_body
    }
}

impl fmt::Debug for Vetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vetter")
            .field("vendor", &self.vendor())
            .field("policy", &self.settings.policy)
            .field("secrets", &self.settings.secrets)
            .field("credentials", &self.settings.credentials)
            .finish_non_exhaustive()
    }
}
