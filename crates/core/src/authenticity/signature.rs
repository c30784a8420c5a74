//! Signatures over the raw bytes of a body: HMAC-SHA256 with a moment, as several vendors make them.

use hmac::Mac as _;
use subtle::ConstantTimeEq as _;

use super::secret::{Secret, SecretError};
use crate::rule::Rule;

pub(crate) const DIGEST_BYTES: usize = 32;

/// An HMAC-SHA256.
pub(crate) type Digest = [u8; DIGEST_BYTES];

const SECONDS_OF_A_YEAR: u64 = 365 * 24 * 60 * 60;

/// How many digests of one delivery are compared; more would only buy an attacker time.
const MAX_DIGESTS: usize = 4;

/// How a vendor signs.
pub(crate) trait Scheme: Sync {
    /// The headers that a signature is made of, in lower case. The digests are in the last one.
    fn headers(&self) -> &'static [&'static str];

    /// Reads a secret in the form in which the vendor shows it.
    fn secret(&self, text: &str) -> Result<Secret, SecretError>;

    /// Reads the values of those headers. An error is the header that it is about, and a message that quotes nothing.
    fn read(&self, values: &[&[u8]]) -> Result<Signature, (&'static str, &'static str)>;

    /// The header with the moment of signing.
    fn timestamp_header(&self) -> &'static str {
        self.digest_header()
    }

    /// The header with the digests.
    fn digest_header(&self) -> &'static str {
        self.headers().last().copied().unwrap_or_default()
    }
}

/// What the headers say about who signed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Signature {
    /// What was signed in front of the body, exactly as sent.
    pub(crate) prefix: Vec<u8>,
    /// When it was signed, in seconds since the Unix epoch.
    pub(crate) timestamp: u64,
    /// What the vendor calls that moment.
    pub(crate) timestamp_name: &'static str,
    /// Any of them may be the one.
    pub(crate) digests: Vec<Digest>,
}

/// Seconds since the Unix epoch, in digits alone.
pub(crate) fn parse_seconds(digits: &[u8]) -> Option<u64> {
    // As many as the largest number of 64 bits has.
    let text = std::str::from_utf8(digits).ok().filter(|text| text.len() <= 20)?;
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl Signature {
    /// Whether it was signed too long ago, or too far ahead; an age equal to the tolerance passes.
    pub(crate) fn check_age(&self, now: u64, tolerance: u64) -> Result<(), (Rule, String)> {
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
                format!("{} is in milliseconds; expected seconds since the Unix epoch", self.timestamp_name)
            } else {
                format!("signed {ahead} s in the future, but at most {tolerance} s are tolerated; check the clocks")
            };
            return Err((Rule::SigFuture, message));
        }
        Ok(())
    }

    /// Which of `secrets` one of the digests was made with over `body`, compared in constant time.
    pub(crate) fn verify<'s>(&self, body: &[u8], secrets: &'s [Secret], now: u64) -> Signed<'s> {
        let mut expired = None;
        for secret in secrets {
            let expected = digest(secret, &self.prefix, body);
            // No early exit among the digests of one secret.
            let digests = self.digests.iter().take(MAX_DIGESTS);
            let fits = digests.fold(false, |found, digest| found | bool::from(digest.ct_eq(&expected)));
            match (fits, secret.is_expired(now)) {
                (true, false) => return Signed::By(secret),
                (true, true) => expired = Some(secret),
                (false, _) => {}
            }
        }
        expired.map_or(Signed::ByNobody, Signed::ByExpired)
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

/// The HMAC-SHA256 of `prefix` and `body` under a secret.
pub(crate) fn digest(secret: &Secret, prefix: &[u8], body: &[u8]) -> Digest {
    let mut mac = secret.mac();
    mac.update(prefix);
    mac.update(body);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(timestamp: u64) -> Signature {
        Signature { prefix: b"7.".to_vec(), timestamp, timestamp_name: "t", digests: Vec::new() }
    }

    fn signed_by(secret: &Secret) -> Signature {
        Signature { digests: vec![[0; DIGEST_BYTES], digest(secret, b"7.", b"{}")], ..at(7) }
    }

    #[test]
    fn an_age_equal_to_the_tolerance_passes() {
        let age = |now| at(1000).check_age(now, 300).map_err(|(rule, _)| rule);
        assert_eq!((age(1300), age(700)), (Ok(()), Ok(())));
        assert_eq!((age(1301), age(699)), (Err(Rule::SigStale), Err(Rule::SigFuture)));
    }

    #[test]
    fn milliseconds_are_told_from_a_wrong_clock() {
        let message = |t, now| at(t).check_age(now, 300).expect_err("too far ahead").1;
        assert!(message(1_689_694_333_123, 1_689_694_334).contains("milliseconds"));
        assert!(message(1_689_694_333_123, u64::MAX).contains("s ago"));
        assert!(!message(1_689_694_333, 1_689_690_000).contains("milliseconds"));
        assert!(!message(u64::MAX, 1_689_694_334).contains("milliseconds"));
    }

    #[test]
    fn what_is_signed_is_verified_and_one_changed_byte_is_not() {
        let secrets = [Secret::parse("whsec_00").expect("a secret"), Secret::parse("whsec_0102").expect("a secret")];
        let signature = signed_by(&secrets[1]);
        assert!(matches!(signature.verify(b"{}", &secrets, 0), Signed::By(_)));
        assert!(matches!(signature.verify(b"{ }", &secrets, 0), Signed::ByNobody));
        assert!(matches!(signature.verify(b"{}", &secrets[..1], 0), Signed::ByNobody));
        let hidden = Signature { digests: [vec![[0; DIGEST_BYTES]; MAX_DIGESTS], signature.digests].concat(), ..at(7) };
        assert!(matches!(hidden.verify(b"{}", &secrets, 0), Signed::ByNobody), "behind {MAX_DIGESTS} digests");
    }

    #[test]
    fn a_secret_verifies_until_the_second_in_which_it_expires() {
        let secret = || Secret::parse("whsec_00").expect("a secret");
        let signed = |now, secrets: &[Secret]| match signed_by(&secret()).verify(b"{}", secrets, now) {
            Signed::By(secret) => format!("by {:?}", secret.label()),
            Signed::ByExpired(secret) => format!("expired {:?}", secret.label()),
            Signed::ByNobody => "nobody".to_owned(),
        };
        let expiring = [secret().labelled("a").expires(10)];
        assert_eq!(signed(9, &expiring), r#"by Some("a")"#);
        assert_eq!(signed(10, &expiring), r#"expired Some("a")"#);
        // The same secret under another name still counts.
        assert_eq!(signed(10, &[expiring[0].clone(), secret()]), "by None");
    }

    #[test]
    fn seconds_are_digits_and_fit_into_64_bits() {
        assert_eq!(parse_seconds(b"007"), Some(7));
        for text in [&b""[..], b"+5", b"5.0", b" 5", b"99999999999999999999", b"000000000000000000000"] {
            assert_eq!(parse_seconds(text), None);
        }
    }
}
