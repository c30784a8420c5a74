//! The vetter: settings in, deliveries judged in two steps.

mod builder;
mod clean;
mod effect;
#[cfg(feature = "schemars")]
mod event;
mod judge;
mod own;
mod payload;
mod pending;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use hookvet_catalogue::Vendor;

use crate::cloudevents::handshake::Handshake;
use crate::credential::Credential;
use crate::policy::Policy;
use crate::rule::{Class, Rule};
#[cfg(feature = "own-schemas")]
use crate::schema::SchemaWarning;
use crate::signature::Secret;
use crate::verdict::Verdict;

pub use builder::{BuildError, VetterBuilder};
use pending::Careful;
pub use pending::{Pending, Rejection};

/// Largest body that is taken by default, in bytes: AMLYZE and generic CloudEvents.
pub const DEFAULT_MAX_BODY: usize = 256 * 1024;

/// Largest body that is taken by default, in bytes: Dataspike, whose screening results are long.
pub const DEFAULT_MAX_BODY_DATASPIKE: usize = 1024 * 1024;

/// Age of a signature that is tolerated by default, in seconds, both ways.
pub const DEFAULT_TOLERANCE: u64 = 300;

/// Everything that a judgement depends on besides the delivery and the time.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) vendor: Vendor,
    pub(crate) policy: Policy,
    pub(crate) reveal: bool,
    pub(crate) secrets: Vec<Secret>,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) tolerance: u64,
    pub(crate) max_body: usize,
    pub(crate) max_depth: usize,
    pub(crate) max_attributes: usize,
    pub(crate) batches: bool,
    pub(crate) accepted_status: u16,
    pub(crate) statuses: [u16; Class::ALL.len()],
    pub(crate) handshake: Option<Handshake>,
    clean_headers: clean::Known,
    pub(crate) own: own::Own,
}

impl Settings {
    pub(crate) fn status(&self, class: Class) -> u16 {
        let position = Class::ALL.iter().position(|other| *other == class);
        position.map_or(500, |position| self.statuses[position])
    }
}

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
    /// AMLYZE: CloudEvents in binary mode, with the readings that its documents need.
    pub fn amlyze() -> VetterBuilder {
        VetterBuilder::new(Vendor::Amlyze)
    }

    /// Dataspike: signed JSON. Needs a secret, or a word that unsigned deliveries are taken.
    pub fn dataspike() -> VetterBuilder {
        VetterBuilder::new(Vendor::Dataspike)
    }

    /// Any CloudEvents sender: header and envelope rules, and your own types and schemas; without those every type, and no schema.
    pub fn cloudevents() -> VetterBuilder {
        VetterBuilder::new(Vendor::CloudEvents)
    }

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
        Pending::open(self, &Pairs(headers, PhantomData), now)
    }

    /// Judges a whole delivery: [`open`](Self::open) and [`Pending::close`] in one.
    pub fn vet<'h, I, N, V>(&self, headers: I, body: &[u8], now: u64) -> Verdict
    where
        I: IntoIterator<Item = (&'h N, &'h V)> + Clone,
        N: AsRef<[u8]> + ?Sized + 'h,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let headers = Pairs(headers, PhantomData);
        // Filled where it lies: a verdict is large enough for a move of it to be seen in measurements.
        let mut verdict = judge::blank(&self.settings);
        if !judge::clean(&self.settings, &headers, body, now, &mut verdict) {
            verdict = self.find_out(&headers, body, now);
        }
        verdict
    }

    fn find_out<'h>(&self, headers: &impl HeaderList<'h>, body: &[u8], now: u64) -> Verdict {
        match Careful::open(self, headers, now) {
            Ok(careful) => careful.close(body),
            Err(rejection) => rejection.into_verdict(),
        }
    }

    /// For the test that both ways lead to one verdict.
    #[cfg(feature = "internals")]
    pub(crate) fn vet_with_care(&self, headers: &[(Vec<u8>, Vec<u8>)], body: &[u8], now: u64) -> Verdict {
        let headers = headers.iter().map(|(name, value)| (name, value));
        self.find_out(&Pairs(headers, PhantomData), body, now)
    }

    /// Refuses a delivery for a reason that only an adapter can see: its method, a store that is down.
    ///
    /// The refusal stands under every policy; `message` must not quote the delivery.
    pub fn refuse(&self, rule: Rule, message: impl Into<Cow<'static, str>>) -> Verdict {
        judge::refused(&self.settings, rule, message.into())
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
        self.settings.vendor
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

/// Headers that can be walked more than once.
pub(crate) trait HeaderList<'h> {
    fn walk(&self) -> impl Iterator<Item = (&'h [u8], &'h [u8])>;
}

struct Pairs<I, N: ?Sized, V: ?Sized>(I, PhantomData<(*const N, *const V)>);

impl<'h, I, N, V> HeaderList<'h> for Pairs<I, N, V>
where
    I: IntoIterator<Item = (&'h N, &'h V)> + Clone,
    N: AsRef<[u8]> + ?Sized + 'h,
    V: AsRef<[u8]> + ?Sized + 'h,
{
    fn walk(&self) -> impl Iterator<Item = (&'h [u8], &'h [u8])> {
        self.0.clone().into_iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

impl fmt::Debug for Vetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vetter")
            .field("vendor", &self.settings.vendor)
            .field("policy", &self.settings.policy)
            .field("secrets", &self.settings.secrets)
            .field("credentials", &self.settings.credentials)
            .finish_non_exhaustive()
    }
}
