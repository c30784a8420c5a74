//! The `X-Webhook-Signature` header of Dataspike: `t={unix seconds},v1={hex HMAC-SHA256}`.
//!
//! The signed text is `t` as it stands in the header, a full stop, and the body bytes exactly as received; the key is
//! what the secret's hexadecimal digits decode to. Source: Dataspike webhook configuration.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::secret::Secret;
use crate::cloudevents::media_type::trim_ows;
use crate::rule::Rule;

/// In lower case.
pub(crate) const SIGNATURE_HEADER: &str = "x-webhook-signature";

const DIGEST_BYTES: usize = 32;

const SECONDS_OF_A_YEAR: u64 = 365 * 24 * 60 * 60;

/// How many `v1` parts are looked at; more would only buy an attacker time.
const MAX_DIGESTS: usize = 4;

/// A header value that has the documented form.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct SignatureHeader {
    /// `t` as it stands there, since exactly this text is signed: at most 20 digits, leading zeros included.
    text: [u8; MAX_DIGITS],
    text_length: usize,
    timestamp: u64,
    /// When it was received, in the same seconds: secrets expire.
    received_at: u64,
    digests: [[u8; DIGEST_BYTES]; MAX_DIGESTS],
    digest_count: usize,
}

/// As many as the largest number of 64 bits has.
const MAX_DIGITS: usize = 20;

impl SignatureHeader {
    /// Reads a value that was received at `now`: parts in any order, blanks around them trimmed, unknown parts ignored, several `v1` allowed.
    pub(crate) fn parse(value: &[u8], now: u64) -> Result<Self, &'static str> {
        let mut timestamp = None;
        let mut digests = [[0; DIGEST_BYTES]; MAX_DIGESTS];
        let mut digest_count = 0;
        let mut has_v1 = false;
        for part in value.split(|byte| *byte == b',').map(trim_ows) {
            if let Some(text) = part.strip_prefix(b"t=") {
                if timestamp.replace(text).is_some() {
                    return Err("the signature header has more than one t part");
                }
            } else if let Some(text) = part.strip_prefix(b"v1=") {
                has_v1 = true;
                if let Some(digest) = digests.get_mut(digest_count)
                    && text.len() == 2 * DIGEST_BYTES
                    && const_hex::decode_to_slice(text, digest).is_ok()
                {
                    digest_count += 1;
                }
            }
        }
        let digits = timestamp.ok_or("the signature header has no t part; expected t=UNIX_SECONDS,v1=HEX")?;
        if !has_v1 {
            return Err("the signature header has no v1 part; expected t=UNIX_SECONDS,v1=HEX");
        }
        if digest_count == 0 {
            return Err("v1 is no HMAC-SHA256 in hexadecimal: expected 64 digits");
        }
        let number = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let timestamp = number.and_then(|text| text.parse().ok());
        let mut text = [0; MAX_DIGITS];
        match (timestamp, text.get_mut(..digits.len())) {
            (Some(timestamp), Some(slot)) => {
                slot.copy_from_slice(digits);
                Ok(Self { text, text_length: digits.len(), timestamp, received_at: now, digests, digest_count })
            }
            _ => Err("t is no whole number of Unix seconds"),
        }
    }

    fn text(&self) -> &[u8] {
        &self.text[..self.text_length]
    }

    fn digests(&self) -> &[[u8; DIGEST_BYTES]] {
        &self.digests[..self.digest_count]
    }

    /// Whether it was signed too long ago, or too far ahead; an age equal to the tolerance passes.
    pub(crate) fn check_age(&self, tolerance: u64) -> Result<(), (Rule, String)> {
        let now = self.received_at;
        if now.saturating_sub(self.timestamp) > tolerance {
            let age = now - self.timestamp;
            return Err((Rule::SigStale, format!("signed {age} s ago, but at most {tolerance} s are tolerated")));
        }
        if self.timestamp.saturating_sub(now) > tolerance {
            let ahead = self.timestamp - now;
            // Some day before today, were it milliseconds; as seconds it is thousands of years away.
            let is_milliseconds =
                self.timestamp / 1000 > SECONDS_OF_A_YEAR && self.timestamp / 1000 <= now.saturating_add(tolerance);
            let message = if is_milliseconds {
                "t is in milliseconds; expected seconds since the Unix epoch".to_owned()
            } else {
                format!("signed {ahead} s in the future, but at most {tolerance} s are tolerated; check the clocks")
            };
            return Err((Rule::SigFuture, message));
        }
        Ok(())
    }
}

/// What the secrets say about a signature.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signed<'s> {
    /// This secret signed exactly these bytes.
    By(&'s Secret),
    /// This secret did, and it has expired.
    ByExpired(&'s Secret),
    /// None of them did.
    ByNobody,
}

/// Which of `secrets` one of the digests was made with over `body`, compared in constant time.
pub(crate) fn verify<'s>(header: &SignatureHeader, body: &[u8], secrets: &'s [Secret]) -> Signed<'s> {
    let mut expired = None;
    for secret in secrets {
        let Some(expected) = digest(secret, header.text(), body) else { continue };
        // No early exit among the digests of one secret.
        let fits = header.digests().iter().fold(false, |found, digest| found | bool::from(digest.ct_eq(&expected)));
        match (fits, secret.is_expired(header.received_at)) {
            (true, false) => return Signed::By(secret),
            (true, true) => expired = Some(secret),
            (false, _) => {}
        }
    }
    expired.map_or(Signed::ByNobody, Signed::ByExpired)
}

/// The value of `X-Webhook-Signature` for `body`, signed at `timestamp` (Unix seconds).
///
/// For tests and tools that play the vendor's side.
///
/// # Example
/// ```
/// use hookvet::{Secret, sign_dataspike};
///
/// let secret = Secret::parse("whsec_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1")?;
/// assert!(sign_dataspike(&secret, 1_689_694_333, b"{}").starts_with("t=1689694333,v1="));
/// # Ok::<(), hookvet::SecretError>(())
/// ```
#[must_use]
pub fn sign(secret: &Secret, timestamp: u64, body: &[u8]) -> String {
    let text = timestamp.to_string();
    format!("t={text},v1={}", const_hex::encode(digest(secret, text.as_bytes(), body).unwrap_or_default()))
}

fn digest(secret: &Secret, timestamp: &[u8], body: &[u8]) -> Option<[u8; DIGEST_BYTES]> {
    // HMAC takes keys of any length, so this is always `Some`; were it not, nothing would verify.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.key()).ok()?;
    mac.update(timestamp);
    mac.update(b".");
    mac.update(body);
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "7b7545338873f90baa7b1798bca0bdc2d453deb3dd9132bfc06d91e446461cbf";

    fn parse(value: &str) -> Result<SignatureHeader, &'static str> {
        SignatureHeader::parse(value.as_bytes(), 0)
    }

    #[test]
    fn parts_come_in_any_order_with_blanks_and_strangers() {
        let header = parse(&format!(" v0=x , v1={} ,t=5,v1=00", V1.to_uppercase())).expect("well formed");
        assert_eq!((header.timestamp, header.digests().len()), (5, 1));
    }

    #[test]
    fn a_header_without_exactly_one_t_or_without_a_v1_is_refused() {
        for value in ["", "t=5", &format!("v1={V1}"), &format!("t=5,t=5,v1={V1}"), "t=5,v1=", "t=5,v1=xyz"] {
            assert!(parse(value).is_err(), "{value}");
        }
        for t in ["", "-5", "+5", "5.0", "99999999999999999999", "\u{665}"] {
            assert!(parse(&format!("t={t},v1={V1}")).is_err(), "{t}");
        }
    }

    #[test]
    fn an_age_equal_to_the_tolerance_passes() {
        let age = |now| {
            let header = SignatureHeader::parse(format!("t=1000,v1={V1}").as_bytes(), now).expect("well formed");
            header.check_age(300).map_err(|(rule, _)| rule)
        };
        assert_eq!(age(1300), Ok(()));
        assert_eq!(age(700), Ok(()));
        assert_eq!(age(1301), Err(Rule::SigStale));
        assert_eq!(age(699), Err(Rule::SigFuture));
    }

    #[test]
    fn milliseconds_are_told_from_a_wrong_clock() {
        let message = |t: u64, now| {
            let header = SignatureHeader::parse(format!("t={t},v1={V1}").as_bytes(), now).expect("well formed");
            header.check_age(300).expect_err("too far ahead").1
        };
        assert!(message(1_689_694_333_123, 1_689_694_334).contains("milliseconds"));
        assert!(message(1_689_694_333_123, u64::MAX).contains("s ago"));
        assert!(!message(1_689_694_333, 1_689_690_000).contains("milliseconds"));
        assert!(!message(u64::MAX, 1_689_694_334).contains("milliseconds"));
    }

    #[test]
    fn what_is_signed_is_verified_and_one_changed_byte_is_not() {
        let secrets = [Secret::parse("whsec_00").expect("a secret"), Secret::parse("whsec_0102").expect("a secret")];
        let header = parse(&sign(&secrets[1], 7, b"{}")).expect("well formed");
        assert!(matches!(verify(&header, b"{}", &secrets), Signed::By(_)));
        assert!(matches!(verify(&header, b"{ }", &secrets), Signed::ByNobody));
        assert!(matches!(verify(&header, b"{}", &secrets[..1]), Signed::ByNobody));
    }

    #[test]
    fn a_secret_verifies_until_the_second_in_which_it_expires() {
        let secret = || Secret::parse("whsec_00").expect("a secret");
        let signature = sign(&secret(), 7, b"{}");
        let signed = |now, secrets: &[Secret]| {
            let header = SignatureHeader::parse(signature.as_bytes(), now).expect("well formed");
            match verify(&header, b"{}", secrets) {
                Signed::By(secret) => format!("by {:?}", secret.label()),
                Signed::ByExpired(secret) => format!("expired {:?}", secret.label()),
                Signed::ByNobody => "nobody".to_owned(),
            }
        };
        let expiring = [secret().labelled("a").expires(10)];
        assert_eq!(signed(9, &expiring), r#"by Some("a")"#);
        assert_eq!(signed(10, &expiring), r#"expired Some("a")"#);
        // The same secret under another name still counts.
        assert_eq!(signed(10, &[expiring[0].clone(), secret()]), "by None");
    }
}
