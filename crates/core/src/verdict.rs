//! What hookvet says about a delivery.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookvet_catalogue::{Timestamp, Vendor, event_key};

use crate::cloudevents::attributes::{Attributes, Core};
use crate::finding::Finding;
use crate::json::{Writer, serialize_as_written};
use crate::rule::Class;

/// Whether the delivery is let through.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum Decision {
    /// The handler may see it.
    Accept,
    /// It is refused with the verdict's status.
    Reject,
}

impl Decision {
    /// `accept` or `reject`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the event travels.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// CloudEvents: attributes in headers, data in the body.
    Binary,
    /// CloudEvents: the whole event in the body.
    Structured,
    /// CloudEvents: several events in the body.
    Batched,
    /// A plain JSON envelope, as Dataspike sends it.
    Json,
}

impl Mode {
    /// `binary`, `structured`, `batched` or `json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Structured => "structured",
            Self::Batched => "batched",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether the delivery proves who sent it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Authenticity {
    /// A configured secret signed exactly these bytes, or the delivery carries a configured credential.
    Verified {
        /// The label of that secret or credential, where it has one.
        label: Option<Arc<str>>,
    },
    /// Nothing in the delivery proves it: the vendor documents no signature, or it was refused before that step.
    Unproven,
    /// A signature or a credential is missing, malformed, too old or wrong.
    Failed,
    /// The vendor signs, and the receiver has chosen not to look.
    NotConfigured,
}

impl Authenticity {
    /// `verified`, `unproven`, `failed` or `not_configured`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Verified { .. } => "verified",
            Self::Unproven => "unproven",
            Self::Failed => "failed",
            Self::NotConfigured => "not_configured",
        }
    }
}

/// `verified`, `unproven`, `failed` or `not_configured`.
impl fmt::Display for Authenticity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who and what an event is, decoded: the CloudEvents context, or the matching members of a Dataspike envelope.
///
/// `Debug` names the attributes that are there and shows no value.
#[derive(Clone, Eq, PartialEq)]
pub struct EventContext {
    pub(crate) attributes: Attributes,
    pub(crate) vendor: Vendor,
    /// The Rust type that the vetter was given for events of this type.
    pub(crate) rust_type: Option<TypeId>,
}

impl EventContext {
    /// The identity for de-duplication: source and id, each percent-encoded where it holds a space or a percent sign,
    /// joined by one space. For Dataspike: `webhook_id` and `id`.
    #[must_use]
    pub fn key(&self) -> String {
        event_key(self.attributes.get(Core::Source), self.id())
    }

    /// The event's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.attributes.get(Core::Id).unwrap_or_default()
    }

    /// The event's type, as received: `ce-type`, or `event_type`.
    #[must_use]
    pub fn event_type(&self) -> &str {
        self.attributes.get(Core::Type).unwrap_or_default()
    }

    /// The event's source: `ce-source`, or `webhook_id`.
    #[must_use]
    pub fn source(&self) -> &str {
        self.attributes.get(Core::Source).unwrap_or_default()
    }

    /// What the event is about; AMLYZE: the external id of the customer, lead, related entity or operation.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.attributes.get(Core::Subject)
    }

    /// When it happened, as received.
    #[must_use]
    pub fn time(&self) -> Option<&str> {
        self.attributes.get(Core::Time)
    }

    /// Any further attribute by its name: `specversion`, `datacontenttype`, `dataschema` or an extension.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        match Core::from_name(name.as_bytes()) {
            Some(core) => self.attributes.get(core),
            None => self.attributes.extension(name),
        }
    }

    /// The extension attributes, each as its canonical string: by name where they came in headers, otherwise in the order of the
    /// document.
    pub fn extensions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.extensions()
    }

    /// An extension as a Boolean: exactly `true` or `false`.
    ///
    /// Source: CloudEvents core 1.0.2, type system: canonical strings.
    pub fn extension_boolean(&self, name: &str) -> Option<bool> {
        match self.attributes.extension(name)? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// An extension as an Integer: 32 bits, an optional minus and digits.
    pub fn extension_integer(&self, name: &str) -> Option<i32> {
        let text = self.attributes.extension(name)?;
        if text.starts_with('+') { None } else { text.parse().ok() }
    }

    /// An extension as Binary: the bytes of its Base64.
    pub fn extension_binary(&self, name: &str) -> Option<Vec<u8>> {
        STANDARD.decode(self.attributes.extension(name)?).ok()
    }

    /// An extension as a Timestamp that follows RFC 3339.
    pub fn extension_timestamp(&self, name: &str) -> Option<Timestamp> {
        let text = self.attributes.extension(name)?;
        crate::grammar::time::parse(text).map(|_| Timestamp::from(text))
    }

    /// Whose event it is.
    #[must_use]
    pub const fn vendor(&self) -> Vendor {
        self.vendor
    }

    fn write(&self, out: &mut Writer) {
        out.object(|out| {
            out.text_member("key", &self.key());
            out.text_member("id", self.id());
            out.text_member("type", self.event_type());
            out.optional_member("source", self.attributes.get(Core::Source));
            out.optional_member("subject", self.subject());
            out.optional_member("time", self.time());
            out.member("attributes", |out| {
                out.object(|out| {
                    for core in [Core::Specversion, Core::Datacontenttype, Core::Dataschema] {
                        if let Some(value) = self.attributes.get(core) {
                            out.text_member(core.name(), value);
                        }
                    }
                    for (name, value) in self.attributes.extensions() {
                        out.text_member(name, value);
                    }
                });
            });
        });
    }
}

impl fmt::Debug for EventContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventContext({}, {:?})", self.vendor, self.attributes)
    }
}

/// Where the event's data stands.
#[derive(Clone, Default, Eq, PartialEq)]
pub(crate) enum Data {
    /// There is none, or none that could be made out.
    #[default]
    None,
    /// These bytes of the body.
    Span(Range<usize>),
    /// Decoded from the body: Base64, a string that holds JSON, or a repaired text.
    Decoded(Vec<u8>),
}

/// The version of a verdict's JSON form. It grows when a member goes or changes its meaning; others may be added without.
const FORMAT: usize = 2;

/// What hookvet says about a delivery: which event it is, whether it is what the vendor documents, and every reason.
///
/// [`to_json`](Self::to_json) is the form that every surface shares. `Debug` shows no value of the delivery.
#[derive(Clone)]
#[must_use = "a verdict that nobody looks at lets everything through"]
pub struct Verdict {
    pub(crate) decision: Decision,
    pub(crate) status: u16,
    pub(crate) class: Option<Class>,
    pub(crate) vendor: Vendor,
    pub(crate) mode: Mode,
    /// What is known of the event.
    pub(crate) context: EventContext,
    /// Whether that makes out an event.
    pub(crate) has_event: bool,
    pub(crate) batch: Option<Vec<Verdict>>,
    pub(crate) schema: Option<Cow<'static, str>>,
    pub(crate) authenticity: Authenticity,
    pub(crate) findings: Cow<'static, [Finding]>,
    pub(crate) data: Data,
}

impl Verdict {
    /// Accept or reject.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.decision
    }

    /// Whether the delivery is let through.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self.decision, Decision::Accept)
    }

    /// The HTTP status that a receiver answers.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The kind of fault that decided the status of a refusal.
    #[must_use]
    pub const fn class(&self) -> Option<Class> {
        self.class
    }

    /// The profile that judged it.
    #[must_use]
    pub const fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// How the event travels.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The event, where one could be made out; `None` for a batch.
    #[must_use]
    pub fn event(&self) -> Option<&EventContext> {
        self.has_event.then_some(&self.context)
    }

    /// One verdict for each event of a batch; `None` for everything else.
    #[must_use]
    pub fn batch(&self) -> Option<&[Verdict]> {
        self.batch.as_deref()
    }

    /// The `$id` of the schema that the payload was validated against; `None` for an unknown type.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// Whether the delivery proves who sent it.
    #[must_use]
    pub const fn authenticity(&self) -> &Authenticity {
        &self.authenticity
    }

    /// Everything that is wrong or odd, in the order of the steps.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The event's data as JSON bytes: from `body`, which must be the body that was judged.
    ///
    /// In binary mode that is the body itself, in structured mode the `data` member, for Dataspike the whole envelope.
    #[must_use]
    pub fn data<'b>(&self, body: &'b [u8]) -> Option<Cow<'b, [u8]>> {
        match &self.data {
            Data::None => None,
            Data::Span(range) => body.get(range.clone()).map(Cow::Borrowed),
            Data::Decoded(bytes) => Some(Cow::Owned(bytes.clone())),
        }
    }

    /// The verdict as one line of JSON; the same on every surface.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Writer::default();
        self.write(&mut out);
        out.into_text()
    }

    fn write(&self, out: &mut Writer) {
        out.object(|out| {
            self.write_members(out);
            out.member("format", |out| out.number(FORMAT));
        });
    }

    fn write_members(&self, out: &mut Writer) {
        out.text_member("decision", self.decision.as_str());
        out.member("status", |out| out.number(usize::from(self.status)));
        out.text_member("vendor", self.vendor.as_str());
        out.text_member("mode", self.mode.as_str());
        match (&self.batch, self.event()) {
            (Some(verdicts), _) => {
                out.member("batch", |out| out.list(verdicts, |out, one| out.object(|out| one.write_members(out))));
            }
            (None, Some(event)) => out.member("event", |out| event.write(out)),
            (None, None) => out.optional_member("event", None),
        }
        out.optional_member("schema", self.schema.as_deref());
        out.text_member("authenticity", self.authenticity.as_str());
        if let Authenticity::Verified { label: Some(label) } = &self.authenticity {
            out.text_member("verified_by", label);
        }
        out.member("findings", |out| out.list(self.findings.iter(), |out, finding| finding.write(out)));
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdict")
            .field("decision", &self.decision)
            .field("status", &self.status)
            .field("vendor", &self.vendor)
            .field("mode", &self.mode)
            .field("event", &self.event())
            .field("batch", &self.batch)
            .field("schema", &self.schema)
            .field("authenticity", &self.authenticity)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

serialize_as_written!(EventContext, Verdict);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_read_by_their_canonical_strings() {
        let mut attributes = Attributes::default();
        for (name, value) in
            [("b", "true"), ("c", "True"), ("i", "-7"), ("j", "+7"), ("k", "2147483648"), ("x", "TWE=")]
        {
            attributes.push_extension(name, value);
        }
        attributes.push_extension("t", "2023-03-31T15:12:00Z");
        let event = EventContext { attributes, rust_type: None, vendor: Vendor::CloudEvents };
        assert_eq!((event.extension_boolean("b"), event.extension_boolean("c")), (Some(true), None));
        assert_eq!((event.extension_integer("i"), event.extension_integer("j")), (Some(-7), None));
        assert_eq!((event.extension_integer("k"), event.extension_integer("z")), (None, None));
        assert_eq!(event.extension_binary("x"), Some(b"Ma".to_vec()));
        assert!(event.extension_timestamp("t").is_some() && event.extension_timestamp("x").is_none());
    }
}
