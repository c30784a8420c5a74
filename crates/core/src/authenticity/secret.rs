//! A signing secret that never prints itself.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _};
use hookvet_catalogue::Vendor;
use sha2::Sha256;

use super::rotation::Rotation;
use crate::vendors::profile;

/// How many bytes a key has at the least that nobody can try out.
const MIN_BYTES: usize = 16;

/// A signing secret, as the vendor shows it once. Each vendor writes it in its own way: [`parse`](Self::parse) reads Dataspike's,
/// [`standard_webhooks`](Self::standard_webhooks) that of Standard Webhooks.
///
/// `Debug` prints `Secret(..)`, with its label where it has one.
///
/// # Example
/// ```
/// use hookvet::Secret;
///
/// let secret = Secret::parse("whsec_000102030405060708090a0b0c0d0e0f")?.labelled("2026-03");
/// assert_eq!(format!("{secret:?}"), "Secret(2026-03, ..)");
/// # Ok::<(), hookvet::SecretError>(())
/// ```
#[derive(Clone)]
pub struct Secret {
    /// Keyed once: each delivery starts from a copy.
    mac: Hmac<Sha256>,
    is_short: bool,
    vendor: Vendor,
    rotation: Rotation,
}

impl Secret {
    /// A key for HMAC-SHA256 that is no longer text. `vendor` is whose form the text had.
    pub(crate) fn from_key(key: &[u8], vendor: Vendor) -> Option<Self> {
        // HMAC takes keys of any length, so this fails for an empty one alone, which proves nothing.
        let mac = Hmac::new_from_slice(key).ok().filter(|_| !key.is_empty())?;
        Some(Self { mac, is_short: key.len() < MIN_BYTES, vendor, rotation: Rotation::default() })
    }

    /// Reads a secret in the form in which a vendor shows it.
    ///
    /// # Errors
    /// [`SecretError`]: the text has not that form, or the vendor signs nothing.
    pub fn of(vendor: Vendor, text: &str) -> Result<Self, SecretError> {
        profile(vendor).scheme().ok_or(SecretError::Unsigned)?.secret(text)
    }

    /// Whose form of a secret it was read from.
    pub(crate) const fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// Names the secret, so that a verdict can say which one of several verified.
    #[must_use]
    pub fn labelled(mut self, label: impl AsRef<str>) -> Self {
        self.rotation.label = Some(Arc::from(label.as_ref()));
        self
    }

    /// From this moment on nothing that it signed verifies, in seconds since the Unix epoch. Default: never.
    ///
    /// The vendor may go on signing with it by mistake; the refusal then says that it has expired.
    #[must_use]
    pub fn expires(mut self, at: u64) -> Self {
        self.rotation.expires = Some(at);
        self
    }

    /// The name it was given.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.rotation.label.as_deref()
    }

    /// Whether its key has fewer than 16 bytes, so that somebody who sees a signed delivery may find the key by trying.
    ///
    /// It is taken all the same: the vendor gives out the secrets, and says nothing of their length. Warn whoever configured it.
    ///
    /// # Example
    /// ```
    /// use hookvet::Secret;
    ///
    /// assert!(Secret::parse("whsec_0102")?.is_short());
    /// assert!(!Secret::parse("whsec_000102030405060708090a0b0c0d0e0f")?.is_short());
    /// # Ok::<(), hookvet::SecretError>(())
    /// ```
    /// Source: RFC 2104 §3, which discourages short keys; the number is this project's.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.is_short
    }

    pub(crate) fn shared_label(&self) -> Option<Arc<str>> {
        self.rotation.label.clone()
    }

    pub(super) fn is_expired(&self, now: u64) -> bool {
        self.rotation.is_expired(now)
    }

    /// HMAC-SHA256 under this secret, of nothing yet.
    pub(super) fn mac(&self) -> Hmac<Sha256> {
        self.mac.clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rotation.write(f, "Secret", "")
    }
}

/// Why a text is no signing secret. Never quotes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is white space around it.
    #[error("expected a signing secret alone, but found white space around it; take off the blank or the line end")]
    Whitespace,
    /// The prefix is missing.
    #[error("a Dataspike signing secret starts with whsec_; paste it whole, as shown when the webhook was created")]
    Prefix,
    /// The rest is not hexadecimal.
    #[error("behind whsec_ a Dataspike signing secret has an even number of hexadecimal digits")]
    Hex,
    /// The key is not Base64.
    #[error(
        "a signing secret of Standard Webhooks is Base64, with or without whsec_ in front; paste it whole, as the sender \
         shows it"
    )]
    Base64,
    /// The vendor signs nothing.
    #[error("the vendor signs nothing, so a secret proves nothing; ask for a credential instead")]
    Unsigned,
}
