//! A signing secret that never prints itself.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _};
use sha2::Sha256;

/// The prefix of a Dataspike signing secret.
const PREFIX: &str = "whsec_";

/// How many bytes a key has at the least that nobody can try out.
const MIN_BYTES: usize = 16;

/// A signing secret of a Dataspike webhook: `whsec_` and hexadecimal digits, as the vendor shows it once.
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
/// Source: Dataspike create-webhook reference. The vendor's sample has 62 digits, so no length is required.
#[derive(Clone)]
pub struct Secret {
    /// Keyed once: each delivery starts from a copy.
    mac: Hmac<Sha256>,
    is_short: bool,
    label: Option<Arc<str>>,
    expires: Option<u64>,
}

impl Secret {
    /// Reads the text form.
    ///
    /// # Errors
    /// - [`SecretError::Whitespace`]: there is white space around it, such as the line end of a file.
    /// - [`SecretError::Prefix`]: it does not start with `whsec_`.
    /// - [`SecretError::Hex`]: what follows is not an even, non-zero number of hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        if text.trim() != text {
            return Err(SecretError::Whitespace);
        }
        let digits = text.strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        match const_hex::decode(digits) {
            // The decoder would take a 0x in front; the vendor never writes one.
            Ok(key) if !key.is_empty() && !digits.starts_with("0x") => {
                // HMAC takes keys of any length, so this never fails.
                let mac = Hmac::new_from_slice(&key).map_err(|_| SecretError::Hex)?;
                Ok(Self { mac, is_short: key.len() < MIN_BYTES, label: None, expires: None })
            }
            _ => Err(SecretError::Hex),
        }
    }

    /// Names the secret, so that a verdict can say which one of several verified.
    #[must_use]
    pub fn labelled(mut self, label: impl AsRef<str>) -> Self {
        self.label = Some(Arc::from(label.as_ref()));
        self
    }

    /// From this moment on nothing that it signed verifies, in seconds since the Unix epoch. Default: never.
    ///
    /// The vendor may go on signing with it by mistake; the refusal then says that it has expired.
    #[must_use]
    pub fn expires(mut self, at: u64) -> Self {
        self.expires = Some(at);
        self
    }

    /// The name it was given.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_deref()
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
        self.label.clone()
    }

    pub(super) fn is_expired(&self, now: u64) -> bool {
        self.expires.is_some_and(|at| now >= at)
    }

    /// HMAC-SHA256 under this secret, of nothing yet.
    pub(super) fn mac(&self) -> Hmac<Sha256> {
        self.mac.clone()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some(label) => write!(f, "Secret({label}, ..)"),
            None => f.write_str("Secret(..)"),
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_vendors_form_is_a_secret() {
        assert!(Secret::parse("whsec_a1B2").is_ok());
        assert_eq!(Secret::parse("a1b2").map(|_| ()), Err(SecretError::Prefix));
        for text in ["whsec_a1B2\n", " whsec_a1B2", "whsec_a1B2\u{a0}", "\thunter2"] {
            let error = Secret::parse(text).expect_err(text);
            assert_eq!(error, SecretError::Whitespace);
            assert!(error.to_string().contains("white space around it"));
        }
        for text in ["whsec_", "whsec_a", "whsec_xy", "whsec_0xab", "whsec_ab cd"] {
            assert_eq!(Secret::parse(text).map(|_| ()), Err(SecretError::Hex), "{text}");
        }
    }
}
