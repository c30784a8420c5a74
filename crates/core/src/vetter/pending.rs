//! The first step: everything that the headers alone can tell.

use std::fmt;
use std::sync::Arc;

use hookvet_catalogue::Vendor;

use super::clean::CleanHeaders;
use super::{HeaderList, Settings, Vetter, judge};
use crate::cloudevents::attributes::{Attributes, Core, JSON};
use crate::cloudevents::handshake::Admission;
use crate::cloudevents::media_type::{MediaType, starts_with_ignore_case, trim_ows};
use crate::cloudevents::{binary, mode, names};
use crate::credential;
use crate::finding::{Place, Severity};
use crate::policy::{Level, Policy};
use crate::report::{Note, Report};
use crate::rule::Rule;
use crate::signature::{SIGNATURE_HEADER, SignatureHeader};
use crate::verdict::{Content, Mode, Verdict};

/// A delivery whose headers were judged and whose body is still to come.
#[must_use = "nothing is judged until the body is handed over with `close`"]
pub struct Pending(Opened);

/// Small in either form: what waits for its body goes through many hands, and some of them copy it each time.
enum Opened {
    Clean(Clean),
    Careful(Box<Careful>),
}

/// Headers about which there is nothing to say.
struct Clean {
    vetter: Vetter,
    /// Lies where it can stay, with the attributes in it; nobody else has it yet.
    verdict: Arc<Verdict>,
    headers: CleanHeaders,
}

/// What was found out about the headers, with everything that is to be said about them.
pub(super) struct Careful {
    pub(super) vetter: Vetter,
    pub(super) shape: Shape,
    pub(super) told: Told,
    /// Which of the credentials proved the sender.
    pub(super) credential: Option<usize>,
    pub(super) report: Report,
}

/// What the headers tell that is needed later. No delivery has both.
pub(super) enum Told {
    /// The attributes of a CloudEvent in binary mode.
    Attributes(Attributes),
    /// The signature of an envelope.
    Signature(Option<SignatureHeader>),
}

impl Told {
    pub(super) fn into_attributes(self) -> Attributes {
        match self {
            Self::Attributes(attributes) => attributes,
            Self::Signature(_) => Attributes::default(),
        }
    }
}

/// What the body has to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// Data of a binary-mode event, of a type that is JSON or is not.
    Binary { is_json: bool },
    /// An event of the JSON format.
    Structured,
    /// The same under a plain JSON content type and without a `ce-` header: AMLYZE's oldest documents show it (D04).
    MaybeStructured,
    /// An array of events of the JSON format.
    Batched,
    /// A Dataspike envelope.
    Envelope,
}

impl Shape {
    pub(super) const fn mode(self) -> Mode {
        match self {
            Self::Binary { .. } | Self::MaybeStructured => Mode::Binary,
            Self::Structured => Mode::Structured,
            Self::Batched => Mode::Batched,
            Self::Envelope => Mode::Json,
        }
    }
}

/// A delivery that its headers alone refuse.
#[derive(Debug)]
#[must_use = "the verdict in it is the answer to the sender"]
pub struct Rejection(Box<Verdict>);

impl Rejection {
    pub(super) fn new(verdict: Verdict) -> Self {
        Self(Box::new(verdict))
    }

    /// The verdict; its decision is always to reject.
    pub fn verdict(&self) -> &Verdict {
        &self.0
    }

    /// The verdict; its decision is always to reject.
    pub fn into_verdict(self) -> Verdict {
        *self.0
    }
}

impl Pending {
    pub(super) fn open<'h>(vetter: &Vetter, headers: &impl HeaderList<'h>, now: u64) -> Result<Self, Rejection> {
        let mut verdict = judge::blank(&vetter.settings);
        if let Some(headers) = judge::clean_headers(&vetter.settings, headers, now, &mut verdict) {
            return Ok(Self(Opened::Clean(Clean { vetter: vetter.clone(), verdict: Arc::new(verdict), headers })));
        }
        Careful::open(vetter, headers, now).map(|careful| Self(Opened::Careful(Box::new(careful))))
    }

    /// Judges the body, and with it the delivery.
    pub fn close(self, body: &[u8]) -> Verdict {
        match self.0 {
            Opened::Clean(clean) => match clean.close(body) {
                Ok(verdict) => Arc::unwrap_or_clone(verdict),
                Err(clean) => clean.into_careful().close(body),
            },
            Opened::Careful(careful) => careful.close(body),
        }
    }

    /// The same for a verdict that is going to be shared: the usual one is filled where it stays, and never moved.
    pub fn close_shared(self, body: &[u8]) -> Arc<Verdict> {
        match self.0 {
            Opened::Clean(clean) => {
                clean.close(body).unwrap_or_else(|clean| Arc::new(clean.into_careful().close(body)))
            }
            Opened::Careful(careful) => Arc::new(careful.close(body)),
        }
    }

    /// Refuses the delivery because its body is larger than [`Vetter::max_body`], without having all of it.
    pub fn close_too_large(self) -> Verdict {
        self.into_careful().close_too_large()
    }

    /// Refuses the delivery because its body did not arrive whole.
    pub fn close_incomplete(self) -> Verdict {
        let message = "the body was not received to its end";
        self.into_careful().insist(Note::new(Rule::HttpIncomplete, Place::body(), message))
    }

    /// Refuses the delivery because its body cannot be decoded from the content coding that it came under.
    pub fn close_undecodable(self) -> Verdict {
        let message =
            "the content coding is damaged or not the one that Content-Encoding names; the body cannot be decoded";
        self.into_careful().insist(Note::new(Rule::HttpDecoding, Place::body(), message))
    }

    /// Refuses the delivery because its body did not arrive in time.
    pub fn close_timed_out(self) -> Verdict {
        let message = "the body did not arrive in time";
        self.into_careful().insist(Note::new(Rule::HttpTimeout, Place::body(), message))
    }

    /// The largest body that is taken, in bytes.
    #[must_use]
    pub fn max_body(&self) -> usize {
        match &self.0 {
            Opened::Clean(clean) => clean.vetter.max_body(),
            Opened::Careful(careful) => careful.vetter.max_body(),
        }
    }

    fn into_careful(self) -> Careful {
        match self.0 {
            Opened::Clean(clean) => clean.into_careful(),
            Opened::Careful(careful) => *careful,
        }
    }
}

impl Clean {
    /// The verdict, unless there may be something to say about the body.
    fn close(mut self, body: &[u8]) -> Result<Arc<Verdict>, Self> {
        let is_clean = Arc::get_mut(&mut self.verdict)
            .is_some_and(|verdict| judge::clean_body(&self.vetter.settings, self.headers, body, verdict));
        if is_clean { Ok(self.verdict) } else { Err(self) }
    }

    /// What is needed to find out what is wrong.
    #[cold]
    fn into_careful(self) -> Careful {
        let attributes = match Arc::unwrap_or_clone(self.verdict).content {
            Content::Event(Some(event)) => event.attributes,
            _ => Attributes::default(),
        };
        Careful {
            vetter: self.vetter,
            shape: Shape::Binary { is_json: true },
            told: Told::Attributes(attributes),
            credential: self.headers.credential,
            report: Report::with(self.headers.findings),
        }
    }
}

impl Careful {
    /// Finds out everything that is wrong with the headers.
    pub(super) fn open<'h>(vetter: &Vetter, headers: &impl HeaderList<'h>, now: u64) -> Result<Self, Rejection> {
        let settings: &Settings = &vetter.settings;
        let mut report = Report::default();
        let named = |name: &'static str| {
            headers.walk().filter(move |(other, _)| other.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
        };
        let known = Known::find(headers);
        let content_type = known.content_type;
        let mut add = |note: Note<'_>| report.add(&settings.policy, settings.reveal, note);
        if known.is_content_type_repeated {
            let message = "Content-Type is sent more than once, so it is not clear what the body is; send it once";
            add(Note::new(Rule::CeH5, Place::header("content-type"), message));
        }
        if known.has_content_encoding {
            for coding in named("content-encoding") {
                if !trim_ows(coding).is_empty() && !trim_ows(coding).eq_ignore_ascii_case(b"identity") {
                    let message = "a content coding is not undone here; send the body as it is";
                    add(Note::new(Rule::HttpContentEncoding, Place::header("content-encoding"), message).value(coding));
                }
            }
        }
        if let Some(value) = content_type.filter(|value| *value != JSON.as_bytes())
            && let Some(media_type) = MediaType::parse(value)
            && media_type.is_json()
            && media_type.charset().is_some_and(|charset| !is_utf8(&charset))
        {
            let message = "JSON is UTF-8, and the content type names another charset; the body is read as UTF-8";
            add(Note::new(Rule::HttpCharset, Place::header("content-type"), message).value(value));
        }
        if let Some(handshake) = &settings.handshake {
            match handshake.admits(named("webhook-request-origin"), named("origin")) {
                Admission::Granted => {}
                Admission::ByFormerHeader => {
                    let message = "the origin stands in Origin, as CloudEvents 1.0 had it; 1.0.2 calls the header \
                                   WebHook-Request-Origin";
                    let note = Note::new(Rule::CeWhOrigin, Place::header("origin"), message);
                    add(note.severity(Some(Severity::Warning)));
                }
                Admission::Refused => {
                    let message =
                        "WebHook-Request-Origin is missing or names an origin that the handshake does not allow";
                    add(Note::new(Rule::CeWhOrigin, Place::header("webhook-request-origin"), message));
                }
                Admission::RefusedByFormerHeader => {
                    let message = "Origin names an origin that the handshake does not allow";
                    add(Note::new(Rule::CeWhOrigin, Place::header("origin"), message));
                }
            }
        }
        let mut credential = None;
        if !settings.credentials.is_empty() {
            match credential::check(&settings.credentials, headers, now) {
                Ok(position) => credential = Some(position),
                Err(note) => add(note),
            }
        }
        let careful = if settings.vendor == Vendor::Dataspike {
            let signature = open_envelope(settings, content_type, named(SIGNATURE_HEADER), now, &mut report);
            let (shape, told) = (Shape::Envelope, Told::Signature(signature));
            Self { vetter: vetter.clone(), shape, told, credential, report }
        } else {
            let (shape, attributes) = open_cloudevent(settings, headers, &known, &mut report);
            Self { vetter: vetter.clone(), shape, told: Told::Attributes(attributes), credential, report }
        };
        if careful.report.rejecting_class().is_some() {
            Err(Rejection::new(judge::headers_only(careful)))
        } else {
            Ok(careful)
        }
    }

    /// Judges the body, and with it the delivery.
    pub(super) fn close(self, body: &[u8]) -> Verdict {
        judge::with_body(self, body)
    }

    pub(super) fn close_too_large(self) -> Verdict {
        let limit = self.vetter.settings.max_body;
        self.insist(Note::new(Rule::LimitBody, Place::body(), format!("larger than the limit of {limit} bytes")))
    }

    /// Refuses under every policy: there is no whole body that could be let through.
    fn insist(mut self, note: Note<'_>) -> Verdict {
        self.report.add(&Policy::strict().with(note.rule, Level::Error), false, note);
        judge::headers_only(self)
    }

    pub(super) fn add(&mut self, note: Note<'_>) {
        self.report.add(&self.vetter.settings.policy, self.vetter.settings.reveal, note);
    }
}

fn open_cloudevent<'h>(
    settings: &Settings,
    headers: &impl HeaderList<'h>,
    known: &Known<'h>,
    report: &mut Report,
) -> (Shape, Attributes) {
    let content_type = known.content_type;
    let mut add = |note: Note<'_>| report.add(&settings.policy, settings.reveal, note);
    let refuse_format = |what: &str| {
        let message = format!("the only event format that is read is JSON: {what}");
        Note::new(Rule::CeM5, Place::header("content-type"), message).value(content_type.unwrap_or_default())
    };
    // What nearly every sender writes needs no parsing.
    let is_plain = content_type == Some(b"application/json");
    let told = if is_plain { mode::Told::Binary } else { mode::told_by(content_type) };
    match told {
        mode::Told::Structured => return (Shape::Structured, Attributes::default()),
        mode::Told::UnknownStructured => {
            add(refuse_format("application/cloudevents+json"));
            return (Shape::Structured, Attributes::default());
        }
        mode::Told::Batched if settings.batches => return (Shape::Batched, Attributes::default()),
        mode::Told::Batched => {
            let message = "a batch, and this receiver has not asked for batches; send the events one by one";
            add(Note::new(Rule::CeM7, Place::header("content-type"), message));
            return (Shape::Batched, Attributes::default());
        }
        mode::Told::UnknownBatched => {
            add(refuse_format("application/cloudevents-batch+json"));
            return (Shape::Batched, Attributes::default());
        }
        mode::Told::Binary => {}
    }
    let is_json =
        is_plain || content_type.and_then(|value| MediaType::parse(trim_ows(value))).is_some_and(MediaType::is_json);
    if settings.vendor == Vendor::Amlyze {
        if !is_json {
            let message = "AMLYZE sends application/json; without that the body is not read";
            add(Note::new(Rule::HttpContentType, Place::header("content-type"), message)
                .value(content_type.unwrap_or_default()));
        } else if !known.has_attribute {
            return (Shape::MaybeStructured, Attributes::default());
        }
    }
    let attributes = binary::read(headers.walk(), content_type, settings, report);
    look_at_trace(headers, &attributes, settings, report);
    (Shape::Binary { is_json }, attributes)
}

/// The headers that say something by themselves, found in one walk.
struct Known<'h> {
    content_type: Option<&'h [u8]>,
    is_content_type_repeated: bool,
    has_content_encoding: bool,
    /// Whether any header begins with `ce-`.
    has_attribute: bool,
}

impl<'h> Known<'h> {
    fn find(headers: &impl HeaderList<'h>) -> Self {
        let mut known = Self {
            content_type: None,
            is_content_type_repeated: false,
            has_content_encoding: false,
            has_attribute: false,
        };
        for (name, value) in headers.walk() {
            // The length rules out most names before a letter is compared.
            match name.len() {
                12 if name.eq_ignore_ascii_case(b"content-type") => {
                    known.is_content_type_repeated |= known.content_type.is_some();
                    known.content_type = known.content_type.or(Some(value));
                }
                16 if name.eq_ignore_ascii_case(b"content-encoding") => known.has_content_encoding = true,
                _ => known.has_attribute |= starts_with_ignore_case(name, b"ce-"),
            }
        }
        known
    }
}

/// H7: an extension that has a header of its own says the same in both places.
///
/// `tracestate` is a list, which may come in several lines and with blanks and empty members between its commas.
///
/// Source: W3C Trace Context §3.3.1; RFC 9110 §5.3 and §5.6.1.
fn look_at_trace<'h>(headers: &impl HeaderList<'h>, attributes: &Attributes, settings: &Settings, report: &mut Report) {
    for name in ["traceparent", "tracestate"] {
        let Some(attribute) = attributes.extension(name) else { continue };
        let values =
            || headers.walk().filter(|(other, _)| other.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value);
        let is_same = if name == "tracestate" {
            list_members(std::iter::once(attribute.as_bytes())).eq(list_members(values()))
        } else {
            values().all(|value| trim_ows(value) == attribute.as_bytes())
        };
        if values().next().is_some() && !is_same {
            let message = "the ce- header and the header of the same name differ; nobody defines which one counts";
            let place = names::place(format!("ce-{name}").as_bytes());
            report.add(&settings.policy, settings.reveal, Note::new(Rule::CeH7, place, message));
        }
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

fn open_envelope<'h>(
    settings: &Settings,
    content_type: Option<&[u8]>,
    mut signatures: impl Iterator<Item = &'h [u8]>,
    now: u64,
    report: &mut Report,
) -> Option<SignatureHeader> {
    let mut add = |note: Note<'_>| report.add(&settings.policy, settings.reveal, note);
    match content_type.map(|value| MediaType::parse(trim_ows(value))) {
        Some(Some(media_type)) if media_type.is_application_json() => {}
        Some(_) => add(Note::new(
            Rule::HttpContentType,
            Place::header("content-type"),
            "Dataspike sends application/json; this is something else",
        )),
        None => add(Note::new(
            Rule::HttpContentType,
            Place::header("content-type"),
            "Content-Type is missing; Dataspike sends application/json",
        )),
    }
    if settings.secrets.is_empty() {
        return None;
    }
    let place = || Place::header(SIGNATURE_HEADER);
    let (first, second) = (signatures.next(), signatures.next());
    let Some(value) = first else {
        let message = "the signature is missing, and a secret is configured; every Dataspike delivery is signed";
        add(Note::new(Rule::SigMissing, place(), message));
        return None;
    };
    if second.is_some() {
        add(Note::new(Rule::SigMalformed, place(), "the signature header is sent more than once"));
        return None;
    }
    match SignatureHeader::parse(value, now) {
        Err(message) => {
            add(Note::new(Rule::SigMalformed, place(), message));
            None
        }
        Ok(signature) => {
            if let Err((rule, message)) = signature.check_age(settings.tolerance) {
                add(Note::new(rule, place(), message));
            }
            Some(signature)
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (shape, has_type) = match &self.0 {
            Opened::Clean(_) => (Shape::Binary { is_json: true }, true),
            Opened::Careful(careful) => {
                let has_type = matches!(&careful.told, Told::Attributes(attributes) if attributes.is_set(Core::Type));
                (careful.shape, has_type)
            }
        };
        f.debug_struct("Pending").field("shape", &shape).field("has_type", &has_type).finish_non_exhaustive()
    }
}
