//! Credentials that a sender shows beside its delivery, for vendors that sign nothing.
//!
//! They say who sent a delivery and nothing about its bytes, so they are weaker than a signature: use them over TLS alone.
//! Only a digest of each is kept, and digests are compared in constant time, so neither the memory of the receiver nor the
//! time that it takes to refuse tells anything about them.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::GeneralPurposeConfig;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::rotation::Rotation;
use crate::finding::Place;
use crate::grammar::media_type::trim_ows;
use crate::headers::HeaderList;
use crate::report::Note;
use crate::rule::Rule;
use crate::vendors;

const AUTHORIZATION: &str = "authorization";

/// What a sender shows to prove who it is: a header of its own, HTTP Basic, or a Bearer token.
///
/// Give several to [`VetterBuilder::credential`](crate::VetterBuilder::credential) while one takes the place of another; any of
/// them proves the sender. `Debug` shows the kind, the name of the header and the label, and nothing else.
///
/// # Example
/// ```
/// use hookvet::{Authenticity, Credential, Vetter};
///
/// let vetter = Vetter::cloudevents()
///     .credential(Credential::bearer("of-last-year")?.labelled("2025").expires(1_767_225_600))
///     .credential(Credential::bearer("of-this-year")?.labelled("2026"))
///     .build()?;
/// let mut headers = vec![("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
/// assert_eq!(vetter.vet(headers.clone(), b"", 1_800_000_000).status(), 401);
/// headers.push(("authorization", "Bearer of-last-year"));
/// assert_eq!(vetter.vet(headers.clone(), b"", 1_800_000_000).findings()[0].rule.id(), "AUTH-expired");
/// headers[4].1 = "bearer of-this-year";
/// let verdict = vetter.vet(headers, b"", 1_800_000_000);
/// assert_eq!(*verdict.authenticity(), Authenticity::Verified { label: Some("2026".into()) });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// Source: RFC 7617 (Basic), RFC 6750 §2.1 (Bearer).
#[derive(Clone)]
#[must_use = "it proves nothing until a vetter is given it"]
pub struct Credential {
    kind: Kind,
    digest: [u8; 32],
    rotation: Rotation,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    /// In lower case.
    Header(Box<str>),
    Basic,
    Bearer,
}

impl Credential {
    /// A header of this name, in any letter case, with exactly this value, blanks around it aside.
    ///
    /// # Errors
    /// - [`CredentialError::Name`]: no name of a header, or one that means something else already: of CloudEvents (`ce-`), of
    ///   a vendor's signature, or of HTTP's own (`Authorization`, for which there are [`basic`](Self::basic) and
    ///   [`bearer`](Self::bearer), `Content-Type` and their like).
    /// - [`CredentialError::Whitespace`]: white space around the value that no header can have, such as a line end.
    /// - [`CredentialError::Value`]: an empty value, or one that cannot stand in a header.
    pub fn header(name: &str, value: &str) -> Result<Self, CredentialError> {
        let name = name.to_ascii_lowercase();
        let is_token = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
        let is_taken = name.starts_with("ce-")
            || name.starts_with("content-")
            || [AUTHORIZATION, "host", "connection", "transfer-encoding", "expect"].contains(&name.as_str())
            || vendors::signature_headers().any(|taken| taken == name);
        if !is_token || is_taken {
            return Err(CredentialError::Name);
        }
        Ok(Self::new(Kind::Header(name.into()), shown(value)?.as_bytes()))
    }

    /// HTTP Basic: a user and a password.
    ///
    /// # Errors
    /// - [`CredentialError::User`]: the user's name holds a colon, behind which the password begins.
    /// - [`CredentialError::Whitespace`]: a line end or another control character at the start or the end of one of them.
    /// - [`CredentialError::Value`]: the password is empty, or one of them holds a control character.
    pub fn basic(user: &str, password: &str) -> Result<Self, CredentialError> {
        if user.contains(':') {
            return Err(CredentialError::User);
        }
        // RFC 7617 §2 forbids control characters; everything else is UTF-8, inside Base64.
        for part in [user, password] {
            if part.contains(char::is_control) {
                return Err(CredentialError::of(part));
            }
        }
        if password.is_empty() {
            return Err(CredentialError::Value);
        }
        Ok(Self::new(Kind::Basic, format!("{user}:{password}").as_bytes()))
    }

    /// A Bearer token.
    ///
    /// # Errors
    /// - [`CredentialError::Whitespace`]: there is white space around the token.
    /// - [`CredentialError::Value`]: the token is empty, or is no token of RFC 6750: letters, digits and `-._~+/`, then `=`.
    pub fn bearer(token: &str) -> Result<Self, CredentialError> {
        let rest = token.trim_end_matches('=');
        let is_token =
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte));
        if is_token { Ok(Self::new(Kind::Bearer, token.as_bytes())) } else { Err(CredentialError::of(token)) }
    }

    fn new(kind: Kind, value: &[u8]) -> Self {
        Self { kind, digest: Sha256::digest(value).into(), rotation: Rotation::default() }
    }

    /// Names the credential, so that a verdict can say which one of several proved the sender.
    pub fn labelled(mut self, label: impl AsRef<str>) -> Self {
        self.rotation.label = Some(Arc::from(label.as_ref()));
        self
    }

    /// From this moment on it proves nothing, in seconds since the Unix epoch. Default: never.
    pub fn expires(mut self, at: u64) -> Self {
        self.rotation.expires = Some(at);
        self
    }

    /// The name it was given.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.rotation.label.as_deref()
    }

    pub(crate) fn shared_label(&self) -> Option<Arc<str>> {
        self.rotation.label.clone()
    }

    /// The header that carries it, in lower case.
    #[must_use]
    pub fn header_name(&self) -> &str {
        match &self.kind {
            Kind::Header(name) => name,
            Kind::Basic | Kind::Bearer => AUTHORIZATION,
        }
    }

    /// What `WWW-Authenticate` says about it (RFC 9110 §11.6.1); `None` for a header of its own, for which HTTP has no word.
    #[must_use]
    pub const fn challenge(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Header(_) => None,
            Kind::Basic => Some(r#"Basic realm="webhooks", charset="UTF-8""#),
            Kind::Bearer => Some(r#"Bearer realm="webhooks""#),
        }
    }
}

fn shown(value: &str) -> Result<&str, CredentialError> {
    let value = value.trim_matches([' ', '\t']);
    if value.is_empty() || value.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(CredentialError::of(value));
    }
    Ok(value)
}

/// Takes Base64 with or without padding: RFC 7617 leaves it to RFC 4648, and clients differ.
const BASIC: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What the headers show under one kind.
enum Shown {
    Nothing,
    Once([u8; 32]),
    Often,
}

/// Which of `credentials` proves the sender: its place among them, or what is to be reported.
///
/// Every credential is compared, also behind one that fits.
pub(crate) fn check<'h>(
    credentials: &[Credential],
    headers: &impl HeaderList<'h>,
    now: u64,
) -> Result<usize, Note<'static>> {
    let (mut proven, mut expired, mut repeated, mut shown) = (None, None, None, None);
    for (position, credential) in credentials.iter().enumerate() {
        match shown_under(credential, headers) {
            Shown::Nothing => {}
            Shown::Often => repeated = repeated.or(Some(position)),
            Shown::Once(digest) => {
                shown = Some(position);
                let is_expired = Choice::from(u8::from(credential.rotation.is_expired(now)));
                let fits = digest.ct_eq(&credential.digest);
                if bool::from(fits & is_expired) {
                    expired = Some(position);
                } else if bool::from(fits) {
                    proven = Some(position);
                }
            }
        }
    }
    let place = |position: usize| Place::Header(credentials[position].header_name().to_owned().into());
    match (proven, expired, repeated, shown) {
        // What is sent twice is not clear, whichever one of the two fits.
        (_, _, Some(position), _) => {
            Err(Note::new(Rule::AuthMismatch, place(position), "the header with the credential is sent more than once"))
        }
        (Some(position), ..) => Ok(position),
        (None, Some(position), ..) => {
            let message = match credentials[position].label() {
                Some(label) => {
                    format!("the credential \"{label}\" has expired; let the sender use the one that follows it")
                }
                None => "the credential has expired; let the sender use the one that follows it".to_owned(),
            };
            Err(Note::new(Rule::AuthExpired, place(position), message))
        }
        (None, None, None, Some(position)) => {
            let message = "the credential is none of those that are configured";
            Err(Note::new(Rule::AuthMismatch, place(position), message))
        }
        (None, None, None, None) => {
            let message = "the credential is missing; every delivery has to carry one of those that are configured";
            Err(Note::new(Rule::AuthMissing, place(0), message))
        }
    }
}

fn shown_under<'h>(credential: &Credential, headers: &impl HeaderList<'h>) -> Shown {
    let mut values = headers.named(credential.header_name());
    let Some(value) = values.next() else { return Shown::Nothing };
    if values.next().is_some() {
        return Shown::Often;
    }
    let value = trim_ows(value);
    let digest = match credential.kind {
        Kind::Header(_) => Sha256::digest(value),
        Kind::Bearer => match behind_scheme(value, b"bearer") {
            Some(token) => Sha256::digest(token),
            None => return Shown::Nothing,
        },
        Kind::Basic => match behind_scheme(value, b"basic").map(|text| BASIC.decode(text)) {
            Some(Ok(pair)) => Sha256::digest(pair),
            // Shown, and none that anybody could have been given.
            Some(Err(_)) => Sha256::digest(b""),
            None => return Shown::Nothing,
        },
    };
    Shown::Once(digest.into())
}

/// What stands behind a scheme, whose letter case does not count (RFC 9110 §11.1), and the blanks that follow it.
fn behind_scheme<'v>(value: &'v [u8], scheme: &[u8]) -> Option<&'v [u8]> {
    let (own, rest) = value.split_at_checked(scheme.len())?;
    (own.eq_ignore_ascii_case(scheme) && rest.first() == Some(&b' ')).then(|| trim_ows(rest))
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.kind {
            Kind::Header(name) => &format!("header {name}"),
            Kind::Basic => "Basic",
            Kind::Bearer => "Bearer",
        };
        self.rotation.write(f, "Credential", kind)
    }
}

/// Why something is no credential. Never quotes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// Not a name that a credential's header can have.
    #[error(
        "no name for a header with a credential: it is empty, no token, or means something else already; take one of your \
         own, such as X-Webhook-Token"
    )]
    Name,
    /// White space around it that no sender can show.
    #[error("expected a credential alone, but found white space around it; take off the blank or the line end")]
    Whitespace,
    /// Nothing that could prove anything.
    #[error("a credential is not empty, and holds only what can stand in its header")]
    Value,
    /// A colon in the user's name.
    #[error("the name of a user has no colon in HTTP Basic: the password begins behind the first one")]
    User,
}

impl CredentialError {
    /// Why `text` cannot be shown: mostly it was read from a file together with its line end.
    fn of(text: &str) -> Self {
        let inner = text.trim();
        if inner.is_empty() || inner.len() == text.len() { Self::Value } else { Self::Whitespace }
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::{Authenticity, Rule, Verdict, Vetter};

    const EVENT: [(&str, &str); 4] = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];

    fn ask(credentials: &[Credential], shown: &[(&str, &str)], now: u64) -> Verdict {
        let builder = credentials.iter().cloned().fold(Vetter::cloudevents(), crate::VetterBuilder::credential);
        let headers: Vec<(&str, &str)> = EVENT.iter().chain(shown).copied().collect();
        builder.build().expect("a vetter").vet(headers, b"", now)
    }

    fn rules(verdict: &Verdict) -> Vec<&'static str> {
        verdict.findings().iter().map(|finding| finding.rule.id()).collect()
    }

    #[test]
    fn each_kind_proves_its_sender_and_nothing_else_does() {
        let header = Credential::header("X-Token", "abc").expect("a credential");
        let basic = Credential::basic("amlyze", "p:a ss").expect("a credential");
        let bearer = Credential::bearer("abc=").expect("a credential");
        let encoded = STANDARD.encode("amlyze:p:a ss");
        let unpadded = encoded.trim_end_matches('=');
        for (credential, name, good, bad) in [
            (&header, "x-token", vec!["abc".to_owned(), " abc\t".to_owned()], vec!["abd", "ab", "abcd", "", "ABC"]),
            (
                &basic,
                "authorization",
                vec![format!("Basic {encoded}"), format!("basic   {unpadded}")],
                vec!["Basic", "Basic ", "Basic !", "Basic YW1seXplOng=", "Bearer abc="],
            ),
            (
                &bearer,
                "authorization",
                vec!["Bearer abc=".to_owned(), "BEARER abc=".to_owned()],
                vec!["abc=", "Bearer", "Bearerabc=", "Bearer abc", "Basic abc="],
            ),
        ] {
            for value in good {
                let verdict = ask(std::slice::from_ref(credential), &[(name, &value)], 0);
                assert!(verdict.is_accepted(), "{value} {verdict:?}");
                assert_eq!(*verdict.authenticity(), Authenticity::Verified { label: None });
            }
            for value in bad {
                let verdict = ask(std::slice::from_ref(credential), &[(name, value)], 0);
                assert_eq!((verdict.status(), verdict.authenticity()), (401, &Authenticity::Failed), "{value}");
                assert!(value.len() < 4 || !verdict.to_json().contains(value), "{value}");
            }
            assert_eq!(rules(&ask(std::slice::from_ref(credential), &[], 0)), ["AUTH-missing"]);
        }
    }

    #[test]
    fn one_of_several_is_enough_and_an_expired_one_never_is() {
        let old = Credential::bearer("old").expect("a credential").labelled("of 2025").expires(100);
        let new = Credential::bearer("new").expect("a credential").labelled("of 2026");
        let both = [old, new];
        for (token, now, expected) in [("old", 99, Ok("of 2025")), ("new", 500, Ok("of 2026")), ("old", 100, Err(()))] {
            let verdict = ask(&both, &[("authorization", &format!("Bearer {token}"))], now);
            match expected {
                Ok(label) => assert!(verdict.to_json().contains(&format!(r#""verified_by":"{label}""#)), "{verdict:?}"),
                Err(()) => {
                    assert_eq!(rules(&verdict), ["AUTH-expired"]);
                    assert!(verdict.findings()[0].message.contains("of 2025"));
                }
            }
        }
    }

    #[test]
    fn a_credential_that_is_sent_twice_proves_nothing() {
        let credential = Credential::header("x-token", "abc").expect("a credential");
        let verdict = ask(&[credential], &[("x-token", "abc"), ("X-Token", "abc")], 0);
        assert_eq!((rules(&verdict), verdict.status()), (vec!["AUTH-mismatch"], 401));
    }

    #[test]
    fn nonsense_is_refused_when_it_is_configured() {
        for name in ["", "x token", "x:", "ce-token", "Content-Type", "Authorization", "X-Webhook-Signature", "ä"] {
            assert_eq!(Credential::header(name, "abc").map(|_| ()), Err(CredentialError::Name), "{name}");
        }
        for value in ["", " ", "a\nb", "\u{7f}"] {
            assert_eq!(Credential::header("x-token", value).map(|_| ()), Err(CredentialError::Value), "{value:?}");
        }
        for token in ["", "=", "a b", "a,b", "ä"] {
            assert_eq!(Credential::bearer(token).map(|_| ()), Err(CredentialError::Value), "{token}");
        }
        assert_eq!(Credential::basic("a:b", "c").map(|_| ()), Err(CredentialError::User));
        assert_eq!(Credential::basic("a", "").map(|_| ()), Err(CredentialError::Value));
        assert_eq!(Credential::basic("a", "b\nc").map(|_| ()), Err(CredentialError::Value));
    }

    #[test]
    fn white_space_around_a_credential_is_named() {
        for result in [
            Credential::header("x-token", "abc\n"),
            Credential::header("x-token", "\r\nabc"),
            Credential::basic("a", "b\n"),
            Credential::basic("a\n", "b"),
            Credential::bearer("abc\n"),
            Credential::bearer(" abc"),
        ] {
            let error = result.map(|_| ()).expect_err("white space");
            assert_eq!(error, CredentialError::Whitespace);
            assert!(error.to_string().contains("white space around it"));
        }
        // Blanks that HTTP allows there: around a header's value, and inside Base64.
        assert!(Credential::header("x-token", " abc ").is_ok() && Credential::basic("a", " b ").is_ok());
    }

    #[test]
    fn debug_hides_what_proves() {
        let credential = Credential::basic("amlyze", "hunter2").expect("a credential").labelled("first");
        assert_eq!(format!("{credential:?}"), "Credential(Basic, first, ..)");
        let vetter = Vetter::amlyze().credential(credential).build().expect("a vetter");
        assert!(!format!("{vetter:?}").contains("hunter2"));
    }

    #[test]
    fn a_policy_may_take_what_is_not_proven_and_the_verdict_says_so() {
        let credential = Credential::bearer("abc").expect("a credential");
        let vetter = Vetter::cloudevents()
            .credential(credential)
            .rule(Rule::AuthMissing, crate::Level::Warning)
            .build()
            .expect("a vetter");
        let verdict = vetter.vet(EVENT, b"", 0);
        assert!(verdict.is_accepted());
        assert_eq!(*verdict.authenticity(), Authenticity::Failed);
    }
}
