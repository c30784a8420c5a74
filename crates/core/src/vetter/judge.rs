//! The second step: authenticity, JSON, the payload's schema, the vendor's own rules, and the verdict.

use std::borrow::Cow;

use hookvet_catalogue::EventInfo;

use super::headers::Opened;
use super::payload::{Part, Payload};
use crate::authenticity::Signed;
use crate::cloudevents::attributes::{Attributes, Core};
use crate::cloudevents::batch;
use crate::cloudevents::data::StructuredData;
use crate::cloudevents::structured;
use crate::finding::{Finding, Place};
use crate::json::{Document, Kind, Node};
use crate::policy::{Level, Policy};
use crate::report::{Note, Report, Size, first_of};
use crate::rule::{Class, Rule};
use crate::schema::onepass::{self, select};
use crate::settings::Settings;
use crate::vendors::{Envelope, Resolved};
use crate::verdict::{Authenticity, Data, Decision, EventContext, Mode, Verdict};

/// How many events of a batch are judged that are refused, or in which no event can be made out: a batch counts as a whole,
/// and three bytes make such an event.
const MAX_BROKEN: usize = 100;

/// What the body has to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    /// Data of a binary-mode event, of a type that is JSON or is not.
    Binary { is_json: bool },
    /// An event of the JSON format.
    Structured,
    /// The same under a plain JSON content type and without a `ce-` header, or else no event at all.
    MaybeStructured,
    /// An array of events of the JSON format.
    Batched,
    /// JSON of the vendor's own.
    Envelope,
}

impl Shape {
    const fn mode(self) -> Mode {
        match self {
            Self::Binary { .. } | Self::MaybeStructured => Mode::Binary,
            Self::Structured => Mode::Structured,
            Self::Batched => Mode::Batched,
            Self::Envelope => Mode::Json,
        }
    }
}

/// A verdict that lets through, about an event of which nothing is known yet.
pub(super) fn blank(settings: &Settings) -> Verdict {
    let vendor = settings.profile.vendor();
    let is_unsigned = settings.profile.scheme().is_some() && settings.secrets.is_empty();
    Verdict {
        decision: Decision::Accept,
        status: settings.accepted_status,
        class: None,
        vendor,
        mode: if settings.profile.envelope().is_some() { Mode::Json } else { Mode::Binary },
        context: EventContext { attributes: Attributes::default(), vendor, rust_type: None },
        has_event: false,
        batch: None,
        schema: None,
        authenticity: if is_unsigned { Authenticity::NotConfigured } else { Authenticity::Unproven },
        findings: Cow::Borrowed(&[]),
        data: Data::None,
    }
}

/// Refuses a delivery without judging it.
pub(super) fn refuse(settings: &Settings, note: Note<'_>, verdict: &mut Verdict) {
    insist(settings, Report::default(), note, verdict);
}

/// Refuses under every policy: there is no whole body that could be let through.
pub(super) fn insist(settings: &Settings, mut report: Report, note: Note<'_>, verdict: &mut Verdict) {
    report.add(&Policy::strict().with(note.rule, Level::Error), false, note);
    conclude(settings, report, verdict);
}

/// Completes the verdict of a delivery whose headers alone refuse it.
pub(super) fn headers_only(settings: &Settings, opened: Opened, verdict: &mut Verdict) {
    verdict.mode = opened.shape.mode();
    conclude(settings, opened.report, verdict);
}

/// Refuses a delivery whose body cannot be judged.
pub(super) fn without_body(settings: &Settings, opened: Opened, note: Note<'_>, verdict: &mut Verdict) {
    verdict.mode = opened.shape.mode();
    insist(settings, opened.report, note, verdict);
}

/// Judges the body, and completes the verdict.
pub(super) fn with_body(settings: &Settings, mut opened: Opened, body: &[u8], verdict: &mut Verdict) {
    if body.len() > settings.max_body {
        return too_large(settings, opened, verdict);
    }
    verdict.mode = opened.shape.mode();
    if settings.looks_at_signatures() {
        verify(settings, &mut opened, body, verdict);
        if opened.report.rejecting_class().is_some() {
            return conclude(settings, opened.report, verdict);
        }
    }
    let mut report = opened.report;
    let mut judge = Judge { settings, report: &mut report, body, verdict };
    match opened.shape {
        Shape::Binary { is_json } => judge.binary(opened.event, is_json),
        Shape::Structured => judge.structured(),
        Shape::MaybeStructured => judge.maybe_structured(),
        Shape::Batched => judge.batched(),
        Shape::Envelope => judge.envelope(),
    }
    conclude(settings, report, verdict);
}

pub(super) fn too_large(settings: &Settings, opened: Opened, verdict: &mut Verdict) {
    let limit = settings.max_body;
    let note = Note::new(Rule::LimitBody, Place::body(), format!("larger than the limit of {limit} bytes"));
    without_body(settings, opened, note, verdict);
}

/// Holds the body to its signature.
fn verify(settings: &Settings, opened: &mut Opened, body: &[u8], verdict: &mut Verdict) {
    // Without one that can be read, the headers were reported.
    let Some(signature) = &opened.signature else { return };
    let (rule, message) = match signature.verify(body, &settings.secrets, opened.now) {
        Signed::By(secret) => {
            // What failed is reported already, and nothing makes up for it.
            if verdict.authenticity != Authenticity::Failed {
                verdict.authenticity = Authenticity::Verified { label: secret.shared_label() };
            }
            return;
        }
        Signed::ByExpired(secret) => {
            let message = match secret.label() {
                Some(label) => {
                    format!(
                        "signed with the secret \"{label}\", which has expired; let the sender use the one that follows it"
                    )
                }
                None => "signed with a secret that has expired; let the sender use the one that follows it".to_owned(),
            };
            (Rule::SigExpired, Cow::Owned(message))
        }
        Signed::ByNobody => {
            let message = "no configured secret signed exactly these bytes: the secret is another one, or the body was \
                           changed on its way (parsed and written again, recompressed, re-encoded)";
            (Rule::SigMismatch, Cow::Borrowed(message))
        }
    };
    verdict.authenticity = Authenticity::Failed;
    let header = settings.profile.scheme().map_or("", |scheme| scheme.digest_header());
    opened.report.add(&settings.policy, settings.reveal, Note::new(rule, Place::header(header), message));
}

fn conclude(settings: &Settings, report: Report, verdict: &mut Verdict) {
    let class = report.rejecting_class();
    finish(settings, class, report.into_findings(&settings.policy), verdict);
}

fn finish(settings: &Settings, class: Option<Class>, findings: Cow<'static, [Finding]>, verdict: &mut Verdict) {
    verdict.class = match &verdict.batch {
        Some(verdicts) => verdicts.iter().filter_map(Verdict::class).chain(class).reduce(first_of),
        None => class,
    };
    if let Some(class) = verdict.class {
        verdict.decision = Decision::Reject;
        verdict.status = settings.status(class);
    }
    // What an event has to have to be made out.
    let is_filled = |core| verdict.context.attributes.is_filled(core);
    verdict.has_event = verdict.batch.is_none()
        && is_filled(Core::Id)
        && match settings.profile.envelope() {
            Some(envelope) => is_filled(Core::Type) || !envelope.is_type_required,
            None => is_filled(Core::Type) && is_filled(Core::Source),
        };
    #[cfg(feature = "runtime-schemas")]
    {
        verdict.context.rust_type = settings.own.rust_type(&verdict.context);
    }
    verdict.findings = findings;
}

pub(super) struct Judge<'s, 'b> {
    pub(super) settings: &'s Settings,
    pub(super) report: &'s mut Report,
    pub(super) body: &'b [u8],
    pub(super) verdict: &'s mut Verdict,
}

impl Judge<'_, '_> {
    fn binary(&mut self, event: Option<&'static EventInfo>, is_json: bool) {
        let resolved = event.map_or_else(|| self.settings.profile.resolve(self.event_type()), Resolved::documented);
        self.look_at_context(&resolved);
        self.look_at_type(resolved.event, || Place::header("ce-type"));
        if !self.body.is_empty() {
            self.verdict.data = Data::Span(0..self.body.len());
        }
        // What has a schema cannot be left out.
        let is_left_out =
            || self.body.is_empty() && self.settings.profile.takes_no_data() && !self.has_schema(&resolved);
        if is_json && !is_left_out() {
            self.payload(&resolved, Payload::whole(self.body));
        }
    }

    fn structured(&mut self) {
        let body = self.body;
        if let Some(document) = self.read_envelope(body) {
            self.structured_event(document.root(), "");
        }
    }

    /// A plain JSON body without any `ce-` header: an event only if it looks like a whole one.
    fn maybe_structured(&mut self) {
        let body = self.body;
        if let Ok((document, notes)) = onepass::read(body, self.settings.max_depth) {
            let has = |core: &Core| document.root().get(core.name()).is_some();
            if document.root().kind() == Kind::Object && Core::REQUIRED.iter().all(has) {
                self.json_notes(&notes, &document, &Payload::whole(body), Part::Envelope);
                self.verdict.mode = Mode::Structured;
                return self.structured_event(document.root(), "");
            }
        }
        let message = "no CloudEvent: there is no ce- header, and the body is no event in the JSON format either";
        self.add(Note::new(Rule::CeM8, Place::header("ce-specversion"), message));
        self.verdict.data = Data::Span(0..body.len());
    }

    fn structured_event(&mut self, event: Node<'_, '_>, prefix: &str) {
        let profile = self.settings.profile;
        if let Some((rule, message)) = profile.undocumented_structured_mode() {
            self.add(Note::new(rule, Place::Body(prefix.to_owned()), message));
        }
        let structured = structured::read(event, prefix, self.settings, self.report);
        let is_declared = structured.attributes.get(Core::Datacontenttype).is_some();
        self.verdict.context.attributes = structured.attributes;
        let resolved = profile.resolve(self.event_type());
        self.look_at_context(&resolved);
        self.look_at_type(resolved.event, || Place::Body(format!("{prefix}/type")));
        let payload = match structured.data {
            StructuredData::None => None,
            // As an empty body in binary mode: there is no data.
            StructuredData::Bytes(bytes) if bytes.is_empty() && structured.is_json => None,
            StructuredData::Json(span) => {
                self.verdict.data = Data::Span(span.clone());
                let base = Some(span.start);
                Some(Payload { bytes: Cow::Borrowed(&self.body[span]), prefix: format!("{prefix}/data"), base })
            }
            StructuredData::Bytes(bytes) => {
                self.verdict.data = Data::Decoded(bytes.clone());
                Some(Payload { bytes: Cow::Owned(bytes), prefix: format!("{prefix}/data_base64"), base: None })
            }
        };
        let has_schema = self.has_schema(&resolved);
        if structured.is_json || (has_schema && !is_declared) {
            // As an empty body in binary mode: what has a schema cannot be left out.
            let absent = || Payload { bytes: Cow::Borrowed(b""), prefix: format!("{prefix}/data"), base: None };
            if let Some(payload) = payload.or_else(|| has_schema.then(absent)) {
                self.payload(&resolved, payload);
            }
        } else if profile.is_json_alone() {
            let place = Place::Body(format!("{prefix}/datacontenttype"));
            let message = format!("{} sends application/json; without that the data is not read", profile.name());
            self.add(Note::new(Rule::HttpContentType, place, message));
        }
    }

    fn batched(&mut self) {
        let body = self.body;
        let Some(document) = self.read_envelope(body) else { return };
        let root = document.root();
        if let Err(note) = batch::check_array(root) {
            return self.add(note);
        }
        let (mut verdicts, mut broken, mut taken) = (Vec::new(), 0, Size::default());
        for (position, event) in root.children().enumerate() {
            if let Err(note) = batch::check_item(position, event) {
                self.add(note);
                continue;
            }
            if broken == MAX_BROKEN {
                let message = format!(
                    "{MAX_BROKEN} events of the batch are refused, or cannot be made out; the rest is not looked at"
                );
                self.add(
                    Note::new(Rule::LimitFindings, Place::Body(format!("/{position}")), message).at(event.start()),
                );
                break;
            }
            let (mut report, mut verdict) = (Report::after(taken), blank(self.settings));
            verdict.mode = Mode::Structured;
            let mut judge = Judge { settings: self.settings, report: &mut report, body, verdict: &mut verdict };
            judge.structured_event(event, &format!("/{position}"));
            taken = report.size();
            let class = report.rejecting_class();
            let (findings, left_out) = report.into_parts();
            finish(self.settings, class, findings, &mut verdict);
            self.report.leave_out(left_out);
            broken += usize::from(!verdict.is_accepted() || verdict.event().is_none());
            verdicts.push(verdict);
        }
        let versions = verdicts.iter().filter_map(|verdict| verdict.event()?.attribute("specversion"));
        if let Err(note) = batch::check_versions(versions) {
            self.add(note);
        }
        self.verdict.batch = Some(verdicts);
    }

    fn envelope(&mut self) {
        let (settings, body) = (self.settings, self.body);
        let Some(envelope) = settings.profile.envelope() else { return };
        if settings.profile.takes_own_schemas() {
            return self.own_envelope(envelope);
        }
        let event = envelope.event(settings.profile, body);
        let schema = event.and_then(onepass::schema_of).unwrap_or(onepass::ANY);
        let mut record = match onepass::pass(schema, body, settings.max_depth) {
            Ok(record) => record,
            Err(stop) => return self.stopped(stop, "", Some(0), false),
        };
        self.verdict.data = Data::Span(0..body.len());
        if let Some(event) = event {
            for (_, slot, core) in envelope.members {
                if let Some(span) = record.get(*slot).filter(|span| span.kind == Kind::String) {
                    select::with_string(body, span, |text| self.verdict.context.attributes.set(*core, text));
                }
            }
            if record.is_clean() && settings.profile.is_content_with(event, &self.verdict.context, body, &record) {
                self.verdict.schema = Some(Cow::Borrowed(event.schema_id));
                return self.look_at_type(Some(event), || envelope.type_place());
            }
        }
        let findings = record.take_findings().unwrap_or_default();
        let document = Document::of(body);
        let payload = Payload::whole(body);
        self.json_notes(&findings.notes, &document, &payload, Part::Whole);
        match event {
            Some(event) => self.documented(event, findings, &document, &payload),
            None => self.undocumented(envelope, &document, &payload),
        }
        self.look_at_type(event, || envelope.type_place());
    }

    /// An envelope that is held to a schema of the user's own.
    fn own_envelope(&mut self, envelope: &Envelope) {
        let body = self.body;
        for (name, _, core) in envelope.members {
            if let Some(span) = select::root_string(body, name) {
                select::with_string(body, span, |text| self.verdict.context.attributes.set(*core, text));
            }
        }
        if !self.own_payload(&Payload::whole(body)) {
            return;
        }
        let Some(start) = body.iter().position(|byte| !byte.is_ascii_whitespace()) else { return };
        if body[start] == b'{' {
            self.verdict.data = Data::Span(0..body.len());
            self.look_at_type(None, || envelope.type_place());
        } else {
            let message = format!("a {} delivery is a JSON object, but this is none", self.settings.profile.name());
            self.add(Note::new(Rule::JsonObject, Place::body(), message).at(start));
        }
    }

    /// An envelope of a type without a schema.
    fn undocumented(&mut self, envelope: &Envelope, document: &Document<'_>, payload: &Payload<'_>) {
        let (profile, root) = (self.settings.profile, document.root());
        if root.kind() != Kind::Object {
            let name = profile.name();
            let message = format!("a {name} delivery is a JSON object, but this is {}", root.kind().name());
            self.add(Note::new(Rule::JsonObject, Place::body(), message).at(root.start()));
            self.verdict.data = Data::None;
            return;
        }
        for (name, _, core) in envelope.members {
            if let Some(text) = root.get(name).and_then(Node::text) {
                self.verdict.context.attributes.set(*core, &text);
            }
        }
        self.violations("", (envelope.check)(document), document, payload);
        if let Some((rule, message)) = profile.resolve(self.event_type()).said {
            let member = envelope.type_member();
            let note = Note::new(rule, envelope.type_place(), message);
            self.add(match root.get(member) {
                Some(node) => note.at(node.start()),
                None => note,
            });
        }
    }

    pub(super) fn event_type(&self) -> &str {
        self.verdict.context.event_type()
    }

    fn look_at_context(&mut self, resolved: &Resolved) {
        let attributes = &self.verdict.context.attributes;
        let Some(source) = attributes.octets(Core::Source).filter(|_| attributes.is_set(Core::Type)) else { return };
        let event_type = resolved.event.map_or_else(|| self.event_type(), |event| event.name);
        if let Some((rule, message)) = self.settings.profile.look_at_context(event_type, source) {
            self.add(Note::new(rule, Place::header("ce-source"), message));
        }
    }

    /// Whether data of events of this type is held to a schema.
    fn has_schema(&self, resolved: &Resolved) -> bool {
        resolved.event.is_some() || self.settings.has_own_schema(self.event_type())
    }

    /// Reads a body that is an envelope: any fault in it is one of the JSON text.
    fn read_envelope<'b>(&mut self, body: &'b [u8]) -> Option<Document<'b>> {
        match onepass::read(body, self.settings.max_depth) {
            Ok((document, notes)) => {
                self.json_notes(&notes, &document, &Payload::whole(body), Part::Envelope);
                Some(document)
            }
            Err(stop) => {
                self.stopped(stop, "", Some(0), false);
                None
            }
        }
    }

    pub(super) fn add(&mut self, note: Note<'_>) {
        self.report.add(&self.settings.policy, self.settings.reveal, note);
    }
}
