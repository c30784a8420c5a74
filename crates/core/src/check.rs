//! A delivery as one line of JSON, for tools: in goes a captured request, out comes its verdict.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookvet_catalogue::Vendor;
use serde_json::{Map, Value};

use crate::authenticity::Secret;
use crate::policy::{Level, Policy, Preset};
use crate::rule::Rule;
use crate::verdict::Verdict;
use crate::vetter::Vetter;

/// How many different settings are kept ready.
const MAX_KEPT: usize = 64;

/// A delivery with the settings to judge it under, as [`Checker`] takes it.
///
/// The JSON form is an object with
/// - `vendor`: `amlyze`, `dataspike`, `cloudevents` or `standard-webhooks`;
/// - `headers`: a list of `[name, value]` in the order in which they came; each character of a value is one octet
///   (Latin-1);
/// - `body`: text, sent as UTF-8; or `body_base64`, which wins where both are there; neither means an empty body;
/// - `policy`: `strict`, `standard` (the default), `tolerant` or `observe`;
/// - `rules`: an object from rule id to `off`, `warning`, `drift` or `error`;
/// - `secrets`: a list of the vendor's signing secrets, each as text or as an object with `secret`, `label` (a name for verdicts) and
///   `expires` (in seconds since the Unix epoch, from when on it counts no longer); without any, signatures are not looked at;
/// - `now`: the time in seconds since the Unix epoch, 0 where it is left out;
/// - `batches`: whether batches were asked for; false where it is left out;
/// - `reveal`: whether findings show values; false where it is left out.
///
/// `Debug` shows no value of the delivery and no secret.
#[derive(Clone)]
#[non_exhaustive]
pub struct CheckRequest {
    settings: CheckSettings,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    now: u64,
}

#[derive(Clone, Eq, Hash, PartialEq)]
struct CheckSettings {
    vendor: Vendor,
    preset: Preset,
    rules: Vec<(Rule, Level)>,
    secrets: Vec<GivenSecret>,
    batches: bool,
    reveal: bool,
}

#[derive(Clone, Eq, Hash, PartialEq)]
struct GivenSecret {
    text: String,
    label: Option<String>,
    expires: Option<u64>,
}

/// Why a line is no request. Names the member and what it should be; never quotes it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct CheckError {
    message: String,
}

impl CheckError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl CheckRequest {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`CheckError`] where the line is no JSON object, a member is missing, unknown or of another type.
    pub fn from_json(line: &str) -> Result<Self, CheckError> {
        let value: Value = serde_json::from_str(line).map_err(|error| {
            let what = if error.is_eof() { "it is cut off" } else { "unexpected text" };
            CheckError::new(format!("not a JSON value: {what} at column {}", error.column()))
        })?;
        let Value::Object(mut members) = value else {
            return Err(CheckError::new("a request is a JSON object with vendor, headers and body"));
        };
        let vendor = text(&mut members, "vendor")?
            .ok_or_else(|| {
                CheckError::new("member vendor is missing; it is amlyze, dataspike, cloudevents or standard-webhooks")
            })?
            .parse::<Vendor>()
            .map_err(|error| CheckError::new(format!("member vendor: {error}")))?;
        let preset = match text(&mut members, "policy")? {
            Some(name) => name
                .parse()
                .map_err(|_| CheckError::new("member policy: there are strict, standard, tolerant and observe"))?,
            None => Preset::Standard,
        };
        let request = Self {
            settings: CheckSettings {
                vendor,
                preset,
                rules: rules(&mut members)?,
                secrets: secrets(&mut members)?,
                batches: boolean(&mut members, "batches")?.unwrap_or(false),
                reveal: boolean(&mut members, "reveal")?.unwrap_or(false),
            },
            headers: headers(&mut members)?,
            body: body(&mut members)?,
            now: seconds(&mut members, "now")?.unwrap_or(0),
        };
        match members.keys().next() {
            None => Ok(request),
            Some(_) => Err(CheckError::new(
                "a member that a request has not; there are vendor, policy, rules, headers, body, body_base64, secrets, \
                 now, batches and reveal",
            )),
        }
    }
}

impl fmt::Debug for CheckRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckRequest")
            .field("vendor", &self.settings.vendor)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Judges requests one after the other, and keeps what it built for their settings.
///
/// # Example
/// ```
/// let mut checker = hookvet::Checker::default();
/// let line = r#"{"vendor":"cloudevents","headers":[["content-type","application/json"]],"body":"{}"}"#;
/// assert!(checker.check_line(line).unwrap().contains("CE-M8"));
/// assert!(checker.check_line("{").unwrap_err().to_string().contains("not a JSON value"));
/// ```
#[derive(Default)]
pub struct Checker {
    vetters: HashMap<CheckSettings, Vetter>,
}

impl Checker {
    /// The verdict of one line, as one line of JSON.
    ///
    /// # Errors
    /// [`CheckError`] where the line is no request, or its secrets are none.
    pub fn check_line(&mut self, line: &str) -> Result<String, CheckError> {
        self.check(&CheckRequest::from_json(line)?).map(|verdict| verdict.to_json())
    }

    /// The verdict of one request.
    ///
    /// # Errors
    /// [`CheckError`] where a secret has not the vendor's form.
    pub fn check(&mut self, request: &CheckRequest) -> Result<Verdict, CheckError> {
        if !self.vetters.contains_key(&request.settings) {
            if self.vetters.len() >= MAX_KEPT {
                self.vetters.clear();
            }
            self.vetters.insert(request.settings.clone(), build(&request.settings)?);
        }
        let vetter = self.vetters.get(&request.settings).ok_or_else(|| CheckError::new("no vetter"))?;
        let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        Ok(vetter.vet(headers, &request.body, request.now))
    }
}

impl fmt::Debug for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checker").field("vetters", &self.vetters.len()).finish_non_exhaustive()
    }
}

fn build(settings: &CheckSettings) -> Result<Vetter, CheckError> {
    let policy =
        settings.rules.iter().fold(Policy::new(settings.preset), |policy, (rule, level)| policy.with(*rule, *level));
    let mut builder = Vetter::builder(settings.vendor)
        .policy(policy)
        .solicit_batches(settings.batches)
        .reveal(settings.reveal)
        .allow_unsigned();
    for (position, GivenSecret { text, label, expires }) in settings.secrets.iter().enumerate() {
        let mut secret = Secret::of(settings.vendor, text)
            .map_err(|error| CheckError::new(format!("member secrets, number {}: {error}", position + 1)))?;
        if let Some(label) = label {
            secret = secret.labelled(label);
        }
        if let Some(at) = expires {
            secret = secret.expires(*at);
        }
        builder = builder.secret(secret);
    }
    builder.build().map_err(|error| CheckError::new(error.to_string()))
}

fn text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, CheckError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(CheckError::new(format!("member {name} must be a string"))),
    }
}

fn boolean(members: &mut Map<String, Value>, name: &str) -> Result<Option<bool>, CheckError> {
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(value)) => Ok(Some(value)),
        Some(_) => Err(CheckError::new(format!("member {name} must be true or false"))),
    }
}

fn headers(members: &mut Map<String, Value>) -> Result<Vec<(String, Vec<u8>)>, CheckError> {
    let wrong = || CheckError::new("member headers must be a list of [name, value] pairs of strings");
    let Some(Value::Array(pairs)) = members.remove("headers") else { return Err(wrong()) };
    pairs
        .into_iter()
        .map(|pair| match pair {
            Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
                Ok([Value::String(name), Value::String(value)]) => {
                    let octets = latin1(&value).ok_or_else(|| {
                        CheckError::new(
                            "a header value has a character above U+00FF; each character stands for one octet",
                        )
                    })?;
                    Ok((name, octets))
                }
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        })
        .collect()
}

/// The octets that the characters of `value` stand for; `None` where one is above U+00FF.
fn latin1(value: &str) -> Option<Vec<u8>> {
    value.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect()
}

fn body(members: &mut Map<String, Value>) -> Result<Vec<u8>, CheckError> {
    let plain = text(members, "body")?;
    match text(members, "body_base64")? {
        Some(encoded) => {
            STANDARD.decode(encoded).map_err(|_| CheckError::new("member body_base64 must be Base64 (RFC 4648 §4)"))
        }
        None => Ok(plain.unwrap_or_default().into_bytes()),
    }
}

fn rules(members: &mut Map<String, Value>) -> Result<Vec<(Rule, Level)>, CheckError> {
    match members.remove("rules") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(rules)) => rules
            .into_iter()
            .map(|(id, level)| {
                let rule = id.parse().map_err(|_| CheckError::new("member rules names a rule that there is not"))?;
                let level = level.as_str().and_then(|level| level.parse().ok());
                let level =
                    level.ok_or_else(|| CheckError::new("member rules: a level is off, warning, drift or error"))?;
                Ok((rule, level))
            })
            .collect(),
        Some(_) => Err(CheckError::new("member rules must be an object from rule id to level")),
    }
}

fn seconds(members: &mut Map<String, Value>, name: &str) -> Result<Option<u64>, CheckError> {
    let wrong = || CheckError::new(format!("member {name} must be a whole number of seconds since the Unix epoch"));
    match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(wrong),
    }
}

fn secrets(members: &mut Map<String, Value>) -> Result<Vec<GivenSecret>, CheckError> {
    let wrong =
        || CheckError::new("member secrets must be a list of strings, or of objects with secret, label and expires");
    let secrets = match members.remove("secrets") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(secrets)) => secrets,
        Some(_) => return Err(wrong()),
    };
    secrets
        .into_iter()
        .map(|secret| match secret {
            Value::String(text) => Ok(GivenSecret { text, label: None, expires: None }),
            Value::Object(mut secret) => {
                let given = GivenSecret {
                    text: text(&mut secret, "secret")?.ok_or_else(wrong)?,
                    label: text(&mut secret, "label")?,
                    expires: seconds(&mut secret, "expires")?,
                };
                if secret.is_empty() { Ok(given) } else { Err(wrong()) }
            }
            _ => Err(wrong()),
        })
        .collect()
}

/// The line that stands in place of a verdict where there is none.
#[must_use]
pub fn error_line(error: &CheckError) -> String {
    let mut line = String::from("{\"error\":");
    let _ = write!(line, "{}", Value::String(error.message.clone()));
    line.push('}');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(line: &str) -> String {
        Checker::default().check_line(line).expect_err(line).to_string()
    }

    #[test]
    fn what_is_no_request_says_which_member_is_wrong_and_quotes_nothing() {
        assert_eq!(error("{\"vendor\":\"x"), "not a JSON value: it is cut off at column 12");
        assert!(error("[]").starts_with("a request is a JSON object"));
        assert!(error("{}").starts_with("member vendor is missing"));
        assert!(error(r#"{"vendor":"amlyze"}"#).starts_with("member headers"));
        assert!(error(r#"{"vendor":"amlyze","headers":[["a"]]}"#).starts_with("member headers"));
        assert!(error(r#"{"vendor":"amlyze","headers":[["a","€"]]}"#).contains("U+00FF"));
        assert!(error(r#"{"vendor":"amlyze","headers":[],"now":-1}"#).starts_with("member now"));
        assert!(error(r#"{"vendor":"amlyze","headers":[],"polcy":"strict"}"#).starts_with("a member that"));
        assert!(error(r#"{"vendor":"amlyze","headers":[],"body_base64":"@"}"#).starts_with("member body_base64"));
        let secret = error(r#"{"vendor":"dataspike","headers":[],"secrets":["hunter2"]}"#);
        assert!(secret.contains("whsec_") && !secret.contains("hunter2"));
        for (secret, says) in [
            (r#"{"label":"a"}"#, "member secrets"),
            (r#"{"secret":"whsec_00","expires":-1}"#, "member expires"),
            (r#"{"secret":"whsec_00","expired":1}"#, "member secrets"),
            ("7", "member secrets"),
        ] {
            let error = error(&format!(r#"{{"vendor":"dataspike","headers":[],"secrets":[{secret}]}}"#));
            assert!(error.starts_with(says), "{secret}: {error}");
        }
    }

    #[test]
    fn an_error_line_is_json() {
        assert_eq!(error_line(&CheckError::new("a \"b\"")), r#"{"error":"a \"b\""}"#);
    }
}
