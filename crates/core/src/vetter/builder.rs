//! Settings with defaults, checked once.

use std::ops::RangeInclusive;
use std::sync::Arc;

use hookvet_catalogue::Vendor;

use super::Vetter;
use super::effect::{self, Given};
use super::own::OwnEvents;
use crate::authenticity::{Credential, Secret};
use crate::cloudevents::handshake::Handshake;
use crate::policy::{Level, Policy};
use crate::rule::{Class, Rule};
use crate::schema::SchemaFault;
use crate::settings::{DEFAULT_TOLERANCE, Settings};
use crate::vendors::{Profile, profile};

/// Why a [`Vetter`] cannot be built.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The vendor signs every delivery, and there is no secret to check with.
    #[error(
        "a {vendor} vetter needs a secret: add `.secret(Secret::of(vendor, text)?)`, or say `.allow_unsigned()` to take \
         deliveries that nobody has proven"
    )]
    NoSecret {
        /// Its name.
        vendor: &'static str,
    },
    /// A secret has the form of another vendor.
    #[error("a {vendor} vetter was given a secret of {found}; read it with `Secret::of(vendor, text)`")]
    SecretOfOther {
        /// The name of the vendor that is judged.
        vendor: &'static str,
        /// The name of the vendor whose form the secret has.
        found: &'static str,
    },
    /// A schema does not compile.
    #[error(transparent)]
    Schema(#[from] SchemaFault),
    /// A setting that the profile has no use for.
    #[error("`.{setting}(…)` has no effect here, under the profile {profile}: {}", effect::instead(setting, *profile))]
    NoEffect {
        /// The method of the builder.
        setting: &'static str,
        /// Whose deliveries are vetted.
        profile: Vendor,
    },
    /// One event type has two schemas.
    #[error("the event type {event_type} has two schemas; give it one, with `.schema(…)` or with `.event(…)`")]
    TypeTwice {
        /// The type.
        event_type: String,
    },
    /// A type has a schema and is not taken.
    #[error(
        "the event type {event_type} has a schema and is not among the types of `.only(…)`; add it there, or leave its schema out"
    )]
    TypeLeftOut {
        /// The type.
        event_type: String,
    },
    /// No type would be taken.
    #[error("no event type would be taken: name some in `.only([…])`, or give a schema with `.schema(type, text)`")]
    NoTypes,
    /// A status that no answer can carry for this.
    #[error("{}, but found {status}", expected_status(*class))]
    Status {
        /// The class that it was meant for; `None` for the acknowledgement.
        class: Option<Class>,
        /// What was given.
        status: u16,
    },
}

impl BuildError {
    pub(super) fn no_effect(setting: &'static str, profile: Vendor) -> Self {
        Self::NoEffect { setting, profile }
    }
}

/// The statuses of an acknowledgement.
const ACKNOWLEDGEMENTS: RangeInclusive<u16> = 200..=299;

/// The statuses of a refusal.
const REFUSALS: RangeInclusive<u16> = 400..=599;

fn expected_status(class: Option<Class>) -> String {
    let (range, what) = match class {
        Some(class) => (REFUSALS, format!("refusals of the class {}", class.name())),
        None => (ACKNOWLEDGEMENTS, "an acknowledgement".to_owned()),
    };
    format!("expected a status from {} to {} for {what}", range.start(), range.end())
}

/// Settings of a [`Vetter`]; every one has a default but the secret of a vendor that signs.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct VetterBuilder {
    profile: &'static dyn Profile,
    policy: Policy,
    reveal: bool,
    secrets: Vec<Secret>,
    credentials: Vec<Credential>,
    allow_unsigned: bool,
    tolerance: u64,
    max_body: usize,
    max_depth: usize,
    max_attributes: usize,
    batches: bool,
    accepted_status: u16,
    statuses: Vec<(Class, u16)>,
    handshake: Option<Handshake>,
    given: Given,
    pub(super) own: OwnEvents,
}

impl VetterBuilder {
    pub(super) fn new(vendor: Vendor) -> Self {
        let profile = profile(vendor);
        Self {
            profile,
            policy: Policy::standard(),
            reveal: false,
            secrets: Vec::new(),
            credentials: Vec::new(),
            allow_unsigned: false,
            tolerance: DEFAULT_TOLERANCE,
            max_body: profile.max_body(),
            max_depth: 64,
            max_attributes: 256,
            batches: false,
            accepted_status: 204,
            statuses: Vec::new(),
            handshake: None,
            given: Given::default(),
            own: OwnEvents::default(),
        }
    }

    /// What refuses a delivery. Default: [`Policy::standard`].
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Raises, lowers or switches off one rule of the policy.
    pub fn rule(mut self, rule: Rule, level: Level) -> Self {
        self.policy = self.policy.with(rule, level);
        self
    }

    /// A secret that a signature may be made with; call it again for each secret during a change-over.
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self.given.secret = true;
        self
    }

    /// A credential that every delivery has to carry; call it again for each that may take its place. For vendors that sign nothing;
    /// where secrets are configured besides, both must hold. Default: none is asked for.
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credentials.push(credential);
        self
    }

    /// Takes deliveries without looking at a signature. Verdicts then say `not_configured`.
    pub fn allow_unsigned(mut self) -> Self {
        self.allow_unsigned = true;
        self
    }

    /// Age of a signature that still passes, in seconds, both ways. Default: [`DEFAULT_TOLERANCE`].
    pub fn tolerance(mut self, seconds: u64) -> Self {
        self.tolerance = seconds;
        self.given.tolerance = true;
        self
    }

    /// Largest body that is taken, in bytes. Default: [`DEFAULT_MAX_BODY`](crate::DEFAULT_MAX_BODY), or what the vendor's long
    /// payloads need.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Deepest nesting of JSON that is taken, at most 100. Default: 64.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth.min(100);
        self
    }

    /// Most `ce-` headers that are taken. Default: 256.
    pub fn max_attributes(mut self, count: usize) -> Self {
        self.max_attributes = count;
        self
    }

    /// Says that batches were asked for; otherwise they are refused with 415. Default: no.
    pub fn solicit_batches(mut self, solicited: bool) -> Self {
        self.batches = solicited;
        self
    }

    /// Takes part in the webhook handshake: each delivery must then repeat an allowed `WebHook-Request-Origin`. Default: no,
    /// since neither vendor documents it.
    ///
    /// Source: CloudEvents HTTP webhook 1.0.2 §4.
    pub fn handshake(mut self, handshake: Handshake) -> Self {
        self.handshake = Some(handshake);
        self
    }

    /// The status of an acknowledgement. Default: 204.
    pub fn accepted_status(mut self, status: u16) -> Self {
        self.accepted_status = status;
        self
    }

    /// The status of a refusal of this class. Default: [`Class::default_status`].
    pub fn status(mut self, class: Class, status: u16) -> Self {
        self.statuses.push((class, status));
        self
    }

    /// Puts the offending values into findings. They are people's data: for tools at a developer's desk, never for a
    /// server. Default: no.
    pub fn reveal(mut self, reveal: bool) -> Self {
        self.reveal = reveal;
        self
    }

    /// Checks the settings and compiles the schemas.
    ///
    /// # Errors
    /// - [`BuildError::NoSecret`]: a vendor that signs, without a secret and without [`allow_unsigned`](Self::allow_unsigned).
    /// - [`BuildError::SecretOfOther`]: a secret in the form of another vendor.
    /// - [`BuildError::Schema`]: a schema does not compile, or refers to what was not handed over.
    /// - [`BuildError::TypeTwice`], [`BuildError::TypeLeftOut`], [`BuildError::NoTypes`]: the types contradict each other.
    /// - [`BuildError::NoEffect`]: a setting that the profile has no use for.
    /// - [`BuildError::Status`]: a refusal outside 400 to 599, or an acknowledgement outside 200 to 299.
    pub fn build(self) -> Result<Vetter, BuildError> {
        if self.profile.scheme().is_some() && self.secrets.is_empty() && !self.allow_unsigned {
            return Err(BuildError::NoSecret { vendor: self.profile.name() });
        }
        self.given.check(self.profile)?;
        if let Some(secret) = self.secrets.iter().find(|secret| secret.vendor() != self.profile.vendor()) {
            let found = profile(secret.vendor()).name();
            return Err(BuildError::SecretOfOther { vendor: self.profile.name(), found });
        }
        if !ACKNOWLEDGEMENTS.contains(&self.accepted_status) {
            return Err(BuildError::Status { class: None, status: self.accepted_status });
        }
        let own = self.own.build(self.profile)?;
        let mut statuses = Class::ALL.map(Class::default_status);
        for (class, status) in self.statuses {
            if !REFUSALS.contains(&status) {
                return Err(BuildError::Status { class: Some(class), status });
            }
            for (other, slot) in Class::ALL.iter().zip(&mut statuses) {
                if *other == class {
                    *slot = status;
                }
            }
        }
        Ok(Vetter {
            settings: Arc::new(Settings {
                profile: self.profile,
                policy: self.policy,
                reveal: self.reveal,
                secrets: self.secrets,
                credentials: self.credentials,
                tolerance: self.tolerance,
                max_body: self.max_body,
                max_depth: self.max_depth,
                max_attributes: self.max_attributes,
                batches: self.batches,
                accepted_status: self.accepted_status,
                statuses,
                handshake: self.handshake,
                own,
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_no_answer_can_carry_says_what_was_expected() {
        let error = |builder: VetterBuilder| builder.build().expect_err("a status").to_string();
        assert_eq!(
            error(Vetter::amlyze().status(Class::Schema, 200)),
            "expected a status from 400 to 599 for refusals of the class schema, but found 200"
        );
        assert_eq!(
            error(Vetter::amlyze().accepted_status(404)),
            "expected a status from 200 to 299 for an acknowledgement, but found 404"
        );
        for (status, is_one) in [(399, false), (400, true), (599, true), (600, false)] {
            assert_eq!(Vetter::amlyze().status(Class::Schema, status).build().is_ok(), is_one, "{status}");
        }
        for (status, is_one) in [(199, false), (200, true), (299, true), (300, false)] {
            assert_eq!(Vetter::amlyze().accepted_status(status).build().is_ok(), is_one, "{status}");
        }
    }
}
