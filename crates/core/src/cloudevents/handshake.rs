//! The validation handshake of the CloudEvents webhook document, and the origin that each delivery repeats.
//!
//! Source: CloudEvents HTTP webhook 1.0.2 §4. The callback of §4.1.3 is never called: a receiver that calls a URL from a
//! stranger can be made to call anything.

use std::fmt;

use crate::grammar::media_type::trim_ows;

/// How many deliveries a minute a sender may make.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AllowedRate {
    /// As many as it likes: `*`.
    #[default]
    Any,
    /// At most this many a minute.
    PerMinute(u32),
}

/// Which senders may deliver, and how often. Off unless a receiver is given one.
///
/// Origins are compared exactly, letter case aside: a sender called `trusted.example.com.attacker.example` is not
/// `trusted.example.com`.
///
/// # Example
/// ```
/// use hookvet::{AllowedRate, Handshake};
///
/// let handshake = Handshake::with_origins(["eventemitter.example.com"]).rate(AllowedRate::PerMinute(120));
/// let answer = handshake.answer([("WebHook-Request-Origin", "eventemitter.example.com"), ("WebHook-Request-Rate", "100")]);
/// assert_eq!(
///     answer.headers(),
///     [
///         ("allow", "POST".to_owned()),
///         ("webhook-allowed-origin", "eventemitter.example.com".to_owned()),
///         ("webhook-allowed-rate", "100".to_owned()),
///     ]
/// );
/// // A refusal leaves the headers out.
/// assert!(!handshake.answer([("WebHook-Request-Origin", "other.example")]).is_allowed());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use = "it does nothing until a receiver uses it"]
pub struct Handshake {
    /// `None` allows every origin.
    origins: Option<Vec<String>>,
    rate: AllowedRate,
}

/// What becomes of a delivery by the origin that it names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Admission {
    Granted,
    /// By `Origin`, the header that CloudEvents 1.0 named.
    ByFormerHeader,
    Refused,
    RefusedByFormerHeader,
}

/// The answer to an OPTIONS request. `Debug` says what it comes to, and does not name the sender.
#[derive(Clone, Eq, PartialEq)]
#[must_use = "the sender waits for it"]
pub struct HandshakeAnswer {
    headers: Vec<(&'static str, String)>,
}

impl Handshake {
    /// Allows these origins: the DNS names that the sending systems give.
    pub fn with_origins<O: Into<String>>(origins: impl IntoIterator<Item = O>) -> Self {
        Self { origins: Some(origins.into_iter().map(Into::into).collect()), rate: AllowedRate::Any }
    }

    /// Allows every origin.
    pub fn with_any_origin() -> Self {
        Self { origins: None, rate: AllowedRate::Any }
    }

    /// How many deliveries a minute are allowed; a sender that asks for fewer gets what it asks for.
    pub fn rate(mut self, rate: AllowedRate) -> Self {
        self.rate = rate;
        self
    }

    /// Answers an OPTIONS request from its headers. The status is 200 either way; permission is in the headers.
    pub fn answer<N: AsRef<[u8]>, V: AsRef<[u8]>>(&self, headers: impl IntoIterator<Item = (N, V)>) -> HandshakeAnswer {
        let (mut origin, mut rate) = (Asked::No, Asked::No);
        for (name, value) in headers {
            let slot = match name.as_ref().to_ascii_lowercase().as_slice() {
                b"webhook-request-origin" => &mut origin,
                b"webhook-request-rate" => &mut rate,
                _ => continue,
            };
            slot.take(value.as_ref());
        }
        let mut headers = vec![("allow", "POST".to_owned())];
        let Asked::Once(origin) = origin else { return HandshakeAnswer { headers } };
        let Some(allowed_rate) = self.allowed_rate(&rate) else { return HandshakeAnswer { headers } };
        if self.allows(origin.as_bytes()) {
            headers.push(("webhook-allowed-origin", origin));
            headers.push(("webhook-allowed-rate", allowed_rate));
        }
        HandshakeAnswer { headers }
    }

    /// Whether a delivery is admitted that has these values of `WebHook-Request-Origin` and of `Origin`.
    ///
    /// CloudEvents 1.0 called the header `Origin`, and Event Grid and others still write it. It counts where the header of 1.0.2 is
    /// absent; a header that is there and names no allowed origin refuses, whichever it is.
    pub(crate) fn admits<'h>(
        &self,
        current: impl Iterator<Item = &'h [u8]>,
        former: impl Iterator<Item = &'h [u8]>,
    ) -> Admission {
        match (self.is_named(current), self.is_named(former)) {
            (None, None) | (Some(false), _) => Admission::Refused,
            (_, Some(false)) => Admission::RefusedByFormerHeader,
            (None, Some(true)) => Admission::ByFormerHeader,
            (Some(true), _) => Admission::Granted,
        }
    }

    /// Whether the values of a header are one allowed origin; `None` where the header is absent.
    fn is_named<'h>(&self, mut values: impl Iterator<Item = &'h [u8]>) -> Option<bool> {
        let origin = trim_ows(values.next()?);
        let is_once = values.next().is_none();
        let is_any = self.origins.is_none() && !origin.is_empty();
        Some(is_once && (is_any || self.allows(origin)))
    }

    /// Whether deliveries of this origin are allowed.
    pub fn allows(&self, origin: &[u8]) -> bool {
        let origin = trim_ows(origin);
        is_origin(origin)
            && self
                .origins
                .as_ref()
                .is_none_or(|allowed| allowed.iter().any(|one| one.as_bytes().eq_ignore_ascii_case(origin)))
    }

    /// What is written into the answer; `None` where the rate that was asked for is no positive number.
    fn allowed_rate(&self, asked: &Asked) -> Option<String> {
        let asked = match asked {
            Asked::No => None,
            Asked::Once(rate) => Some(rate.parse::<u32>().ok().filter(|rate| *rate > 0)?),
            Asked::Often => return None,
        };
        Some(match (self.rate, asked) {
            (AllowedRate::Any, _) => "*".to_owned(),
            (AllowedRate::PerMinute(most), Some(asked)) => asked.min(most).to_string(),
            (AllowedRate::PerMinute(most), None) => most.to_string(),
        })
    }
}

impl HandshakeAnswer {
    /// Whether the sender may deliver.
    pub fn is_allowed(&self) -> bool {
        self.headers.len() > 1
    }

    /// The headers of the answer, names in lower case.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }
}

impl fmt::Debug for HandshakeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeAnswer").field("is_allowed", &self.is_allowed()).finish_non_exhaustive()
    }
}

/// A header that may stand once.
enum Asked {
    No,
    Once(String),
    Often,
}

impl Asked {
    fn take(&mut self, value: &[u8]) {
        *self = match self {
            Self::No => Self::Once(String::from_utf8_lossy(trim_ows(value)).into_owned()),
            _ => Self::Often,
        };
    }
}

/// A DNS name, or an address: nothing that could break out of a header.
fn is_origin(origin: &[u8]) -> bool {
    !origin.is_empty()
        && origin.len() <= 253
        && origin
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "WebHook-Request-Origin";

    #[test]
    fn only_the_exact_origin_is_allowed() {
        let handshake = Handshake::with_origins(["trusted.example.com"]);
        assert!(handshake.answer([(ORIGIN, "Trusted.Example.COM")]).is_allowed());
        for origin in ["", "trusted.example.com.attacker.example", "trusted.example", "x.trusted.example.com", "*"] {
            assert!(!handshake.answer([(ORIGIN, origin)]).is_allowed(), "{origin}");
        }
        assert!(!handshake.answer([(ORIGIN, "trusted.example.com"), (ORIGIN, "trusted.example.com")]).is_allowed());
        assert!(!handshake.answer([("host", "trusted.example.com")]).is_allowed());
    }

    #[test]
    fn a_rate_is_answered_with_what_is_allowed() {
        let limited = Handshake::with_any_origin().rate(AllowedRate::PerMinute(120));
        let rate = |handshake: &Handshake, asked: &str| {
            let answer = handshake.answer([(ORIGIN, "a.example"), ("webhook-request-rate", asked)]);
            answer.headers().get(2).map(|(_, rate)| rate.clone())
        };
        assert_eq!(rate(&limited, "100").as_deref(), Some("100"));
        assert_eq!(rate(&limited, "500").as_deref(), Some("120"));
        assert_eq!(rate(&Handshake::with_any_origin(), "500").as_deref(), Some("*"));
        for asked in ["0", "-1", "many", ""] {
            assert_eq!(rate(&limited, asked), None, "{asked}");
        }
        assert_eq!(limited.answer([(ORIGIN, "a.example")]).headers()[2].1, "120");
    }

    #[test]
    fn an_origin_cannot_break_out_of_the_answer() {
        let answer = Handshake::with_any_origin().answer([(ORIGIN, "a.example\r\nset-cookie: x")]);
        assert!(!answer.is_allowed());
    }
}
