//! The first step: everything that the headers alone can tell.

use hookvet_catalogue::EventInfo;

use super::judge::Shape;
use crate::authenticity::{Credential, Signature, check_credentials};
use crate::cloudevents::attributes::{Attributes, JSON};
use crate::cloudevents::handshake::Admission;
use crate::cloudevents::{binary, mode, names};
use crate::finding::{Place, Severity};
use crate::grammar::media_type::{MediaType, trim_ows};
use crate::headers::{HeaderList, Headers};
use crate::report::{Note, Report};
use crate::rule::Rule;
use crate::settings::Settings;
use crate::vendors::Envelope;
use crate::verdict::{Authenticity, Verdict};

/// What the headers told that the body is judged by. The attributes are in the verdict already.
pub(super) struct Opened {
    pub(super) shape: Shape,
    /// The event whose documented name the headers give.
    pub(super) event: Option<&'static EventInfo>,
    /// What the body is held to, where a secret is configured.
    pub(super) signature: Option<Box<Signature>>,
    /// When the delivery was received, in seconds since the Unix epoch.
    pub(super) now: u64,
    pub(super) report: Report,
}

/// Judges the headers: every finding about them, and into `verdict` what they say of the event and its sender.
pub(super) fn open<'h>(settings: &Settings, list: &impl HeaderList<'h>, now: u64, verdict: &mut Verdict) -> Opened {
    let mut headers = Headers::find(list, settings.max_attributes);
    let shape = Shape::Binary { is_json: true };
    let mut opened = Opened { shape, event: None, signature: None, now, report: Report::default() };
    let mut reader = Reader { settings, list, opened: &mut opened };
    if headers.is_content_type_repeated
        || headers.has_content_encoding
        || headers.content_type() != Some(JSON.as_bytes())
    {
        reader.content(&headers);
    }
    if settings.handshake.is_some() {
        reader.origin();
    }
    if !settings.credentials.is_empty() {
        reader.credentials(&mut verdict.authenticity);
    }
    match settings.profile.envelope() {
        Some(envelope) => reader.envelope(envelope, &headers, verdict),
        None => reader.cloudevent(&mut headers, &mut verdict.context.attributes),
    }
    opened
}

struct Reader<'s, 'l, L> {
    settings: &'s Settings,
    list: &'l L,
    opened: &'s mut Opened,
}

impl<'h, L: HeaderList<'h>> Reader<'_, '_, L> {
    /// What the headers say about the body, where that is more than that it is JSON.
    #[cold]
    fn content(&mut self, headers: &Headers<'_>) {
        if headers.is_content_type_repeated {
            let message = "Content-Type is sent more than once, so it is not clear what the body is; send it once";
            self.add(Note::new(Rule::CeH5, Place::header("content-type"), message));
        }
        if headers.has_content_encoding {
            for coding in self.list.named("content-encoding") {
                if !trim_ows(coding).is_empty() && !trim_ows(coding).eq_ignore_ascii_case(b"identity") {
                    let message = "a content coding is not undone here; send the body as it is";
                    let note = Note::new(Rule::HttpContentEncoding, Place::header("content-encoding"), message);
                    self.add(note.value(coding));
                }
            }
        }
        if let Some(value) = headers.content_type()
            && let Some(media_type) = MediaType::parse(value)
            && media_type.is_json()
            && media_type.charset().is_some_and(|charset| !is_utf8(&charset))
        {
            let message = "JSON is UTF-8, and the content type names another charset; the body is read as UTF-8";
            self.add(Note::new(Rule::HttpCharset, Place::header("content-type"), message).value(value));
        }
    }

    /// The origin that a sender repeats once a handshake has granted it.
    #[cold]
    fn origin(&mut self) {
        let Some(handshake) = &self.settings.handshake else { return };
        let (current, former) = ("webhook-request-origin", "origin");
        let (header, message, severity) = match handshake.admits(self.list.named(current), self.list.named(former)) {
            Admission::Granted => return,
            Admission::ByFormerHeader => (
                former,
                "the origin stands in Origin, as CloudEvents 1.0 had it; 1.0.2 calls the header WebHook-Request-Origin",
                Some(Severity::Warning),
            ),
            Admission::Refused => (
                current,
                "WebHook-Request-Origin is missing or names an origin that the handshake does not allow",
                None,
            ),
            Admission::RefusedByFormerHeader => {
                (former, "Origin names an origin that the handshake does not allow", None)
            }
        };
        self.add(Note::new(Rule::CeWhOrigin, Place::header(header), message).severity(severity));
    }

    fn credentials(&mut self, authenticity: &mut Authenticity) {
        let credentials = &self.settings.credentials;
        match check_credentials(credentials, self.list, self.opened.now) {
            // A signature is still to be looked at, and says more.
            Ok(_) if self.settings.looks_at_signatures() => {}
            Ok(position) => {
                let label = credentials.get(position).and_then(Credential::shared_label);
                *authenticity = Authenticity::Verified { label };
            }
            Err(note) => self.fail(note, authenticity),
        }
    }

    fn cloudevent(&mut self, headers: &mut Headers<'h>, attributes: &mut Attributes) {
        let settings = self.settings;
        let content_type = headers.content_type();
        // What nearly every sender writes needs no parsing.
        let is_usual = content_type == Some(JSON.as_bytes());
        if !is_usual && let Some(shape) = self.other_mode(content_type) {
            self.opened.shape = shape;
            return;
        }
        let media_type = || content_type.and_then(|value| MediaType::parse(trim_ows(value)));
        let is_json = is_usual || media_type().is_some_and(MediaType::is_json);
        if !is_json && settings.profile.is_json_alone() {
            let message =
                format!("{} sends application/json; without that the body is not read", settings.profile.name());
            let note = Note::new(Rule::HttpContentType, Place::header("content-type"), message);
            self.add(note.value(content_type.unwrap_or_default()));
        } else if !headers.has_attributes() && settings.profile.undocumented_structured_mode().is_some() {
            self.opened.shape = Shape::MaybeStructured;
            return;
        }
        self.opened.shape = Shape::Binary { is_json };
        self.opened.event = binary::read(headers, settings, &mut self.opened.report, attributes);
        if attributes.has_extensions() {
            self.trace(attributes);
        }
    }

    /// The shape of an event, or of several, that the body holds whole; `None` in binary mode.
    #[cold]
    fn other_mode(&mut self, content_type: Option<&[u8]>) -> Option<Shape> {
        let place = || Place::header("content-type");
        let unread = |format: &str| {
            let message = format!("the only event format that is read is JSON: {format}");
            Note::new(Rule::CeM5, place(), message).value(content_type.unwrap_or_default())
        };
        let (shape, note) = match mode::of(content_type) {
            mode::Declared::Binary => return None,
            mode::Declared::Structured => (Shape::Structured, None),
            mode::Declared::UnknownStructured => (Shape::Structured, Some(unread("application/cloudevents+json"))),
            mode::Declared::Batched if self.settings.batches => (Shape::Batched, None),
            mode::Declared::Batched => {
                let message = "a batch, and this receiver has not asked for batches; send the events one by one";
                (Shape::Batched, Some(Note::new(Rule::CeM7, place(), message)))
            }
            mode::Declared::UnknownBatched => (Shape::Batched, Some(unread("application/cloudevents-batch+json"))),
        };
        if let Some(note) = note {
            self.add(note);
        }
        Some(shape)
    }

    /// H7: an extension that has a header of its own says the same in both places.
    ///
    /// `tracestate` is a list, which may come in several lines and with blanks and empty members between its commas.
    ///
    /// Source: W3C Trace Context §3.3.1; RFC 9110 §5.3 and §5.6.1.
    #[cold]
    fn trace(&mut self, attributes: &Attributes) {
        for name in ["traceparent", "tracestate"] {
            let Some(attribute) = attributes.extension(name) else { continue };
            let mut values = self.list.named(name).peekable();
            let is_sent = values.peek().is_some();
            let is_same = if name == "tracestate" {
                list_members(std::iter::once(attribute.as_bytes())).eq(list_members(values))
            } else {
                values.all(|value| trim_ows(value) == attribute.as_bytes())
            };
            if is_sent && !is_same {
                let message = "the ce- header and the header of the same name differ; nobody defines which one counts";
                let place = names::place(format!("ce-{name}").as_bytes());
                self.add(Note::new(Rule::CeH7, place, message));
            }
        }
    }

    /// JSON of the vendor's own: what it is, and who signed it.
    fn envelope(&mut self, envelope: &Envelope, headers: &Headers<'_>, verdict: &mut Verdict) {
        let settings = self.settings;
        self.opened.shape = Shape::Envelope;
        let media_type = |value| MediaType::parse(trim_ows(value));
        let content_type = headers.content_type();
        if content_type != Some(JSON.as_bytes())
            && !content_type.and_then(media_type).is_some_and(MediaType::is_application_json)
        {
            let name = settings.profile.name();
            let message = match content_type {
                Some(_) => format!("{name} sends application/json; this is something else"),
                None => format!("Content-Type is missing; {name} sends application/json"),
            };
            self.add(Note::new(Rule::HttpContentType, Place::header("content-type"), message));
        }
        for (header, attribute) in envelope.headers {
            if let Some(text) =
                self.list.named(header).next().and_then(|value| std::str::from_utf8(trim_ows(value)).ok())
            {
                verdict.context.attributes.set(*attribute, text);
            }
        }
        if settings.looks_at_signatures() {
            self.signature(&mut verdict.authenticity);
        }
    }

    fn signature(&mut self, authenticity: &mut Authenticity) {
        let Some(scheme) = self.settings.profile.scheme() else { return };
        let mut values = Vec::new();
        for header in scheme.headers() {
            let mut sent = self.list.named(header);
            let Some(value) = sent.next() else {
                let message = if *header == scheme.digest_header() {
                    let name = self.settings.profile.name();
                    format!("the signature is missing, and a secret is configured; every {name} delivery is signed")
                } else {
                    format!("{header} is missing, which the signature covers; every signed delivery has it")
                };
                return self.fail(Note::new(Rule::SigMissing, Place::header(header), message), authenticity);
            };
            if sent.next().is_some() {
                let message = "the signature header is sent more than once";
                return self.fail(Note::new(Rule::SigMalformed, Place::header(header), message), authenticity);
            }
            values.push(value);
        }
        match scheme.read(&values) {
            Err((header, message)) => {
                self.fail(Note::new(Rule::SigMalformed, Place::header(header), message), authenticity);
            }
            Ok(signature) => {
                if let Err((rule, message)) = signature.check_age(self.opened.now, self.settings.tolerance) {
                    self.fail(Note::new(rule, Place::header(scheme.timestamp_header()), message), authenticity);
                }
                self.opened.signature = Some(Box::new(signature));
            }
        }
    }

    /// Adds a finding about who sent it; nothing is proven then, unless the policy does not look.
    fn fail(&mut self, note: Note<'_>, authenticity: &mut Authenticity) {
        if self.settings.policy.severity(note.rule).is_some() {
            *authenticity = Authenticity::Failed;
        }
        self.add(note);
    }

    fn add(&mut self, note: Note<'_>) {
        self.opened.report.add(&self.settings.policy, self.settings.reveal, note);
    }
}

/// Whether a charset is UTF-8 under one of its names, or a part of it.
fn is_utf8(charset: &[u8]) -> bool {
    [&b"utf-8"[..], b"utf8", b"us-ascii"].iter().any(|name| charset.eq_ignore_ascii_case(name))
}

/// The members of a list that several header lines hold, without blanks around them and without empty ones.
fn list_members<'v>(lines: impl Iterator<Item = &'v [u8]>) -> impl Iterator<Item = &'v [u8]> {
    lines.flat_map(|line| line.split(|byte| *byte == b',')).map(trim_ows).filter(|member| !member.is_empty())
}
