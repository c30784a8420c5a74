//! The sending side: an event into a binary-mode or structured-mode request.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::attributes::{Attributes, Core, check};
use super::mode::{self, Declared};
use super::names;
use super::values::is_forbidden;
use crate::grammar::media_type::{MediaType, trim_ows};
use crate::rule::Rule;
use crate::schema::onepass;
use crate::verdict::{EventContext, Verdict};

/// The media type of a structured event in the JSON format.
const STRUCTURED: &str = "application/cloudevents+json";

/// How deep data may be nested to travel as JSON inside an envelope; deeper data travels as Base64.
const MAX_DEPTH: usize = 60;

/// A CloudEvent 1.0 to be sent. The version is always `1.0`.
///
/// Empty data and no data are the same: binary mode cannot tell them apart.
///
/// `Debug` shows which attributes there are, not what they hold.
///
/// # Example
/// ```
/// use hookvet::{CloudEvent, Vetter};
///
/// let event = CloudEvent::new("7", "/shop", "com.example.order")
///     .with_subject("Euro € 😀")
///     .with_data("application/json", *b"{\"total\":\"9.90\"}");
/// let request = event.to_binary()?;
/// assert!(request.headers().any(|header| header == ("ce-subject", "Euro%20%E2%82%AC%20%F0%9F%98%80")));
///
/// let verdict = Vetter::cloudevents().build()?.vet(request.headers(), request.body(), 0);
/// assert_eq!(CloudEvent::of(&verdict, request.body()), Some(event));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// Source: CloudEvents HTTP binding 1.0.2 §3.1 and §3.2.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct CloudEvent {
    /// Unique within the source.
    pub id: String,
    /// A URI-reference.
    pub source: String,
    /// What happened.
    pub event_type: String,
    /// What it happened to.
    pub subject: Option<String>,
    /// When, as an RFC 3339 timestamp.
    pub time: Option<String>,
    /// An absolute URI of the data's schema.
    pub dataschema: Option<String>,
    /// The media type of the data.
    pub datacontenttype: Option<String>,
    /// Extension attributes, each as its canonical string.
    pub extensions: BTreeMap<String, String>,
    /// The data as bytes.
    pub data: Vec<u8>,
}

/// Headers and body of a request to be sent.
#[derive(Clone, Eq, PartialEq)]
pub struct Outgoing {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Why an event cannot be sent: the attribute and the rule that its value breaks.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("attribute {attribute} cannot be sent ({rule}): {message}")]
pub struct EncodeError {
    /// The attribute's name, shortened.
    pub attribute: String,
    /// The rule that a receiver would name.
    pub rule: Rule,
    message: String,
}

impl CloudEvent {
    /// An event with the attributes that every event has.
    pub fn new(id: impl Into<String>, source: impl Into<String>, event_type: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            source: source.into(),
            event_type: event_type.into(),
            subject: None,
            time: None,
            dataschema: None,
            datacontenttype: None,
            extensions: BTreeMap::new(),
            data: Vec::new(),
        }
    }

    /// Says what it happened to.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Says when it happened: an RFC 3339 timestamp.
    #[must_use]
    pub fn with_time(mut self, time: impl Into<String>) -> Self {
        self.time = Some(time.into());
        self
    }

    /// Adds an extension attribute as its canonical string.
    #[must_use]
    pub fn with_extension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extensions.insert(name.into(), value.into());
        self
    }

    /// Adds data and its media type.
    #[must_use]
    pub fn with_data(mut self, datacontenttype: impl Into<String>, data: impl Into<Vec<u8>>) -> Self {
        self.datacontenttype = Some(datacontenttype.into());
        self.data = data.into();
        self
    }

    /// The event of a verdict, decoded; `None` where none could be made out. `body` must be the body that was judged.
    pub fn of(verdict: &Verdict, body: &[u8]) -> Option<Self> {
        let event: &EventContext = verdict.event()?;
        let own = |name: &str| event.attribute(name).map(str::to_owned);
        Some(Self {
            id: event.id().to_owned(),
            source: event.source().to_owned(),
            event_type: event.event_type().to_owned(),
            subject: event.subject().map(str::to_owned),
            time: event.time().map(str::to_owned),
            dataschema: own("dataschema"),
            datacontenttype: own("datacontenttype"),
            extensions: event.extensions().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            data: verdict.data(body).map(std::borrow::Cow::into_owned).unwrap_or_default(),
        })
    }

    /// The request in binary mode: attributes as headers, the data alone in the body.
    ///
    /// # Errors
    /// [`EncodeError`] where an attribute breaks a rule, or the data's media type would make the request a structured one.
    pub fn to_binary(&self) -> Result<Outgoing, EncodeError> {
        self.check()?;
        if let Some(media_type) = &self.datacontenttype
            && mode::of(Some(media_type.as_bytes())) != Declared::Binary
        {
            let message = "data of a CloudEvents media type cannot travel in binary mode";
            return Err(EncodeError::new("datacontenttype", Rule::CeADct, message));
        }
        let mut headers = vec![("ce-specversion".to_owned(), "1.0".to_owned())];
        headers.extend(self.core().map(|(core, value)| (core.header().to_owned(), encode_value(value))));
        headers.extend(self.extensions.iter().map(|(name, value)| (format!("ce-{name}"), encode_value(value))));
        headers.extend(self.datacontenttype.iter().map(|value| ("content-type".to_owned(), value.clone())));
        Ok(Outgoing { headers, body: self.data.clone() })
    }

    /// The request in structured mode: one JSON object with everything.
    ///
    /// Data that is JSON by its media type and in fact stands there as it is; text of another type as a string; all else as
    /// Base64.
    ///
    /// # Errors
    /// [`EncodeError`] where an attribute breaks a rule.
    pub fn to_structured(&self) -> Result<Outgoing, EncodeError> {
        self.check()?;
        let mut body = String::from("{\"specversion\":\"1.0\"");
        let content_type = self.datacontenttype.iter().map(|value| (Core::Datacontenttype, value.as_str()));
        for (core, value) in self.core().chain(content_type) {
            push_member(core.name(), &Value::from(value).to_string(), &mut body);
        }
        for (name, value) in &self.extensions {
            push_member(name, &Value::from(value.as_str()).to_string(), &mut body);
        }
        if !self.data.is_empty() {
            let (name, text) = self.data_member();
            push_member(name, &text, &mut body);
        }
        body.push('}');
        let headers = vec![("content-type".to_owned(), STRUCTURED.to_owned())];
        Ok(Outgoing { headers, body: body.into_bytes() })
    }

    fn data_member(&self) -> (&'static str, String) {
        let is_json = match &self.datacontenttype {
            Some(value) => MediaType::parse(value.as_bytes()).is_some_and(MediaType::is_json),
            None => true,
        };
        match std::str::from_utf8(&self.data) {
            Ok(text) if is_json && text == text.trim_ascii() && is_plain_json(text) => ("data", text.to_owned()),
            Ok(text) if !is_json => ("data", Value::from(text).to_string()),
            _ => ("data_base64", Value::from(STANDARD.encode(&self.data)).to_string()),
        }
    }

    /// The attributes that are there, without version and media type.
    fn core(&self) -> impl Iterator<Item = (Core, &str)> {
        let required = [(Core::Id, &self.id), (Core::Source, &self.source), (Core::Type, &self.event_type)];
        let optional = [
            (Core::Subject, self.subject.as_ref()),
            (Core::Time, self.time.as_ref()),
            (Core::Dataschema, self.dataschema.as_ref()),
        ];
        let optional = optional.into_iter().filter_map(|(core, value)| Some((core, value?)));
        required.into_iter().chain(optional).map(|(core, value)| (core, value.as_str()))
    }

    fn check(&self) -> Result<(), EncodeError> {
        let content_type = self.datacontenttype.iter().map(|value| (Core::Datacontenttype, value.as_str()));
        for (core, value) in self.core().chain(content_type) {
            check_text(core.name(), value)?;
            check(core, value).map_err(|(rule, message)| EncodeError::new(core.name(), rule, &message))?;
        }
        if let Some(value) = &self.datacontenttype
            && trim_ows(value.as_bytes()).len() != value.len()
        {
            return Err(EncodeError::new("datacontenttype", Rule::CeADct, "blanks around the media type"));
        }
        for (name, value) in &self.extensions {
            let shown: String = name.chars().take(64).collect();
            match names::check(name.as_bytes()) {
                Ok(()) | Err((Rule::CeAName20, _)) => {}
                Err((rule, message)) => return Err(EncodeError::new(&shown, rule, &message)),
            }
            if Core::from_name(name.as_bytes()).is_some() {
                return Err(EncodeError::new(&shown, Rule::CeAName, "the standard's own attribute is no extension"));
            }
            check_text(&shown, value)?;
        }
        Ok(())
    }
}

fn check_text(attribute: &str, value: &str) -> Result<(), EncodeError> {
    if value.chars().any(is_forbidden) {
        let message = "a String has no control characters and no noncharacters";
        return Err(EncodeError::new(attribute, Rule::CeV10, message));
    }
    Ok(())
}

/// JSON that reads back as the same bytes: well-formed, not too deep, no lone surrogate, no name twice.
fn is_plain_json(text: &str) -> bool {
    onepass::pass(onepass::ANY, text.as_bytes(), MAX_DEPTH).is_ok_and(|record| record.is_clean())
}

fn push_member(name: &str, text: &str, body: &mut String) {
    // Attribute names are letters and digits.
    let _ = write!(body, ",\"{name}\":{text}");
}

/// Percent-encodes a space, a double quote, a percent sign and everything outside U+0021 to U+007E, and nothing more.
fn encode_value(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'!' | b'#'..=b'$' | b'&'..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

impl Outgoing {
    /// The headers as (name, value) pairs, names in lower case.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Both, taken apart.
    pub fn into_parts(self) -> (Vec<(String, String)>, Vec<u8>) {
        (self.headers, self.body)
    }
}

impl EncodeError {
    fn new(attribute: &str, rule: Rule, message: &str) -> Self {
        Self { attribute: attribute.to_owned(), rule, message: message.to_owned() }
    }
}

impl fmt::Debug for CloudEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut attributes = Attributes::default();
        for (core, _) in self.core() {
            attributes.set(core, "");
        }
        for name in self.extensions.keys() {
            attributes.push_extension(name, "");
        }
        write!(f, "CloudEvent({attributes:?}, {} bytes)", self.data.len())
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers().map(|(name, _)| name).collect();
        write!(f, "Outgoing({names:?}, {} bytes)", self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_breaks_a_rule_is_not_sent() {
        let event = CloudEvent::new("1", "/s", "t");
        for (broken, rule) in [
            (CloudEvent { id: String::new(), ..event.clone() }, Rule::CeAId),
            (CloudEvent { source: "/a b".into(), ..event.clone() }, Rule::CeASource),
            (event.clone().with_subject("a\nb"), Rule::CeV10),
            (event.clone().with_time("noon"), Rule::CeATime),
            (event.clone().with_extension("my-ext", "v"), Rule::CeAName),
            (event.clone().with_extension("data", "v"), Rule::CeAReserved),
            (event.clone().with_extension("id", "v"), Rule::CeAName),
            (event.clone().with_data("json", *b"{}"), Rule::CeADct),
            (event.clone().with_data(" a/b", *b"{}"), Rule::CeADct),
        ] {
            assert_eq!(broken.to_binary().map_err(|error| error.rule), Err(rule));
            assert_eq!(broken.to_structured().map_err(|error| error.rule), Err(rule));
        }
        let nested = event.with_data("application/cloudevents+json", *b"{}");
        assert!(nested.to_binary().is_err() && nested.to_structured().is_ok());
    }

    #[test]
    fn debug_shows_no_value() {
        let event = CloudEvent::new("id-7", "/secret", "t").with_extension("note", "hush").with_data("a/b", *b"x");
        let shown = format!("{event:?} {:?}", event.to_binary());
        assert!(shown.contains("note") && !shown.contains("hush") && !shown.contains("secret"), "{shown}");
    }
}
