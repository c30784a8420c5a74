//! The second step: authenticity, JSON, the payload's schema, the vendor's own rules, and the verdict.

use std::borrow::Cow;

use hookvet_catalogue::Vendor;
use hookvet_catalogue::amlyze as amlyze_catalogue;

use super::clean::{self, CleanHeaders};
use super::payload::{self, Payload, Surrogates};
use super::pending::{Careful, Shape, Told};
use super::{HeaderList, Settings};
use crate::cloudevents::attributes::{Attributes, Core};
use crate::cloudevents::batch;
use crate::cloudevents::data::StructuredData;
use crate::cloudevents::structured;
use crate::finding::{Finding, Place};
use crate::json::{Document, Kind, Node};
use crate::policy::{Level, Policy};
use crate::report::{Note, Report, Size, first_of};
use crate::rule::{Class, Rule};
use crate::schema::onepass::{self, select, watch};
use crate::signature::{self, Signed};
use crate::vendors;
use crate::verdict::{Authenticity, Content, Data, Decision, EventContext, Mode, Verdict};

/// How many events of a batch are judged that are refused, or in which no event can be made out: a batch counts as a whole,
/// and three bytes make such an event.
const MAX_BROKEN: usize = 100;

/// The members of a Dataspike envelope that say what a CloudEvent's attributes do, each with the slot in which the pass catches it.
const CONTEXT: [(&str, u8, Core); 4] = [
    ("id", watch::ID, Core::Id),
    ("event_type", watch::EVENT_TYPE, Core::Type),
    ("webhook_id", watch::WEBHOOK_ID, Core::Source),
    ("timestamp", watch::TIMESTAMP, Core::Time),
];

/// The verdict of a delivery that was refused before its body was judged.
pub(super) fn headers_only(careful: Careful) -> Verdict {
    let authenticity = by_headers(&careful);
    let Careful { vetter, shape, told, report, .. } = careful;
    let settings = &vetter.settings;
    let event = context(settings, told.into_attributes());
    conclude(settings, shape.mode(), report, Parts { content: Content::Event(event), authenticity, ..Parts::default() })
}

/// What the headers alone tell about the sender.
fn by_headers(careful: &Careful) -> Authenticity {
    let settings = &careful.vetter.settings;
    let failed = [
        Rule::SigMissing,
        Rule::SigMalformed,
        Rule::SigStale,
        Rule::SigFuture,
        Rule::AuthMissing,
        Rule::AuthMismatch,
        Rule::AuthExpired,
    ];
    if failed.iter().any(|rule| careful.report.contains(*rule)) {
        return Authenticity::Failed;
    }
    match careful.credential.and_then(|position| settings.credentials.get(position)) {
        // A signature is still to be looked at.
        Some(credential) if !looks_at_signatures(settings) => {
            Authenticity::Verified { label: credential.shared_label() }
        }
        _ => unproven(settings),
    }
}

fn looks_at_signatures(settings: &Settings) -> bool {
    settings.vendor == Vendor::Dataspike && !settings.secrets.is_empty()
}

/// The verdict of a delivery that is refused without being judged.
pub(super) fn refused(settings: &Settings, rule: Rule, message: Cow<'static, str>) -> Verdict {
    let mode = if settings.vendor == Vendor::Dataspike { Mode::Json } else { Mode::Binary };
    let mut report = Report::default();
    report.add(&Policy::strict().with(rule, Level::Error), false, Note::new(rule, Place::Request, message));
    conclude(settings, mode, report, Parts { authenticity: unproven(settings), ..Parts::default() })
}

/// A verdict that lets through, about an event of which nothing is known yet.
pub(super) fn blank(settings: &Settings) -> Verdict {
    Verdict {
        decision: Decision::Accept,
        status: settings.accepted_status,
        class: None,
        vendor: settings.vendor,
        mode: Mode::Binary,
        content: Content::Event(Some(EventContext {
            attributes: Attributes::default(),
            vendor: settings.vendor,
            rust_type: None,
        })),
        schema: None,
        authenticity: Authenticity::Unproven,
        findings: Cow::Borrowed(&[]),
        data: Data::None,
    }
}

/// Judges the usual delivery into a blank verdict; where that says no, there may be something to report.
pub(super) fn clean<'h>(
    settings: &Settings,
    headers: &impl HeaderList<'h>,
    body: &[u8],
    now: u64,
    verdict: &mut Verdict,
) -> bool {
    clean_headers(settings, headers, now, verdict).is_some_and(|headers| clean_body(settings, headers, body, verdict))
}

/// Reads the usual headers into a blank verdict.
pub(super) fn clean_headers<'h>(
    settings: &Settings,
    headers: &impl HeaderList<'h>,
    now: u64,
    verdict: &mut Verdict,
) -> Option<CleanHeaders> {
    // Which types are taken is looked at with care.
    if settings.own.is_limited() {
        return None;
    }
    let Content::Event(Some(event)) = &mut verdict.content else { return None };
    clean::read_headers(settings, headers, now, &mut event.attributes)
}

/// Judges the body into a verdict that has its attributes from clean headers; false where there is something to report.
pub(super) fn clean_body(settings: &Settings, headers: CleanHeaders, body: &[u8], verdict: &mut Verdict) -> bool {
    let Content::Event(Some(event)) = &verdict.content else { return false };
    let subject = event.attributes.get(Core::Subject);
    if body.len() > settings.max_body || !payload::is_clean(headers.event, subject, body, settings.max_depth) {
        return false;
    }
    if let Some(credential) = headers.credential.and_then(|position| settings.credentials.get(position)) {
        verdict.authenticity = Authenticity::Verified { label: credential.shared_label() };
    }
    verdict.schema = Some(Cow::Borrowed(headers.event.schema_id));
    verdict.findings = Cow::Borrowed(headers.findings);
    verdict.data = Data::Span(0..body.len());
    true
}

/// The verdict of a whole delivery about which there may be something to say.
pub(super) fn with_body(mut careful: Careful, body: &[u8]) -> Verdict {
    if body.len() > careful.vetter.settings.max_body {
        return careful.close_too_large();
    }
    let authenticity = match check_signature(&mut careful, body) {
        Ok(authenticity) => authenticity,
        Err(authenticity) => {
            let mode = careful.shape.mode();
            let parts = Parts { authenticity, ..Parts::default() };
            return conclude(&careful.vetter.settings, mode, careful.report, parts);
        }
    };
    let Careful { vetter, shape, told, mut report, .. } = careful;
    let settings = &vetter.settings;
    let mut judge = Judge { settings, report: &mut report, body };
    let (mode, mut parts) = match shape {
        Shape::Binary { is_json } => (Mode::Binary, judge.binary(told.into_attributes(), is_json)),
        Shape::Structured => (Mode::Structured, judge.structured()),
        Shape::MaybeStructured => judge.maybe_structured(),
        Shape::Batched => (Mode::Batched, judge.batched()),
        Shape::Envelope => (Mode::Json, judge.envelope()),
    };
    parts.authenticity = authenticity;
    conclude(settings, mode, report, parts)
}

fn check_signature(careful: &mut Careful, body: &[u8]) -> Result<Authenticity, Authenticity> {
    let settings = &careful.vetter.settings;
    if !looks_at_signatures(settings) {
        return Ok(if settings.credentials.is_empty() { unproven(settings) } else { by_headers(careful) });
    }
    let Told::Signature(Some(header)) = &careful.told else {
        // Missing or malformed, reported with the headers; only a policy that switched that rule off comes here.
        return Ok(Authenticity::Unproven);
    };
    let (rule, message) = match signature::verify(header, body, &settings.secrets) {
        Signed::By(secret) => {
            // A credential that failed is reported already, and no signature makes up for it.
            let is_shown = settings.credentials.is_empty() || careful.credential.is_some();
            let label = secret.shared_label();
            return Ok(if is_shown { Authenticity::Verified { label } } else { Authenticity::Failed });
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
    careful.add(Note::new(rule, Place::header(signature::SIGNATURE_HEADER), message));
    if careful.report.rejecting_class().is_some() { Err(Authenticity::Failed) } else { Ok(Authenticity::Failed) }
}

fn unproven(settings: &Settings) -> Authenticity {
    if settings.vendor == Vendor::Dataspike && settings.secrets.is_empty() {
        Authenticity::NotConfigured
    } else {
        Authenticity::Unproven
    }
}

/// What a judgement brings forth besides findings.
struct Parts {
    content: Content,
    schema: Option<Cow<'static, str>>,
    authenticity: Authenticity,
    data: Data,
}

impl Default for Parts {
    fn default() -> Self {
        Self { content: Content::Event(None), schema: None, authenticity: Authenticity::Unproven, data: Data::None }
    }
}

fn conclude(settings: &Settings, mode: Mode, report: Report, parts: Parts) -> Verdict {
    let class = report.rejecting_class();
    let findings = report.into_findings(&settings.policy);
    verdict(settings, mode, class, findings, parts)
}

/// The verdict of one event of a batch, and how many findings it leaves out.
fn conclude_item(settings: &Settings, report: Report, parts: Parts) -> (Verdict, usize) {
    let class = report.rejecting_class();
    let (findings, left_out) = report.into_parts();
    (verdict(settings, Mode::Structured, class, findings, parts), left_out)
}

fn verdict(
    settings: &Settings,
    mode: Mode,
    class: Option<Class>,
    findings: Cow<'static, [Finding]>,
    parts: Parts,
) -> Verdict {
    let Parts { content, schema, authenticity, data } = parts;
    let class = match &content {
        Content::Batch(verdicts) => verdicts.iter().filter_map(Verdict::class).chain(class).reduce(first_of),
        Content::Event(_) => class,
    };
    Verdict {
        decision: if class.is_some() { Decision::Reject } else { Decision::Accept },
        status: class.map_or(settings.accepted_status, |class| settings.status(class)),
        class,
        vendor: settings.vendor,
        mode,
        content,
        schema,
        authenticity,
        findings,
        data,
    }
}

/// An event can be made out where it has an id and a type.
fn context(settings: &Settings, attributes: Attributes) -> Option<EventContext> {
    let vendor = settings.vendor;
    let filled = |core| attributes.get(core).is_some_and(|value| !value.is_empty());
    let is_one = filled(Core::Id) && filled(Core::Type) && (filled(Core::Source) || vendor == Vendor::Dataspike);
    let rust_type = attributes.get(Core::Type).and_then(|event_type| settings.own.rust_type(event_type));
    is_one.then_some(EventContext { attributes, vendor, rust_type })
}

pub(super) struct Judge<'s, 'b> {
    pub(super) settings: &'s Settings,
    pub(super) report: &'s mut Report,
    pub(super) body: &'b [u8],
}

impl Judge<'_, '_> {
    fn binary(&mut self, attributes: Attributes, is_json: bool) -> Parts {
        let type_name = attributes.get(Core::Type).unwrap_or_default();
        self.look_at_context(&attributes);
        self.look_at_type(type_name, || Place::header("ce-type"));
        let mut parts = Parts::default();
        if !self.body.is_empty() {
            parts.data = Data::Span(0..self.body.len());
        }
        // What has a schema cannot be left out.
        let is_empty_allowed = self.settings.vendor == Vendor::CloudEvents && !self.has_schema(type_name);
        if is_json && !(self.body.is_empty() && is_empty_allowed) {
            let payload = Payload { bytes: Cow::Borrowed(self.body), prefix: String::new(), base: Some(0) };
            parts.schema = self.payload(type_name, attributes.get(Core::Subject), payload, &mut parts.data);
        }
        parts.content = Content::Event(self.context(attributes));
        parts
    }

    fn structured(&mut self) -> Parts {
        let body = self.body;
        let Some(document) = self.read_envelope(body) else { return Parts::default() };
        self.structured_event(document.root(), "")
    }

    /// A plain JSON body without any `ce-` header: an event only if it looks like a whole one (AMLYZE D04).
    fn maybe_structured(&mut self) -> (Mode, Parts) {
        let body = self.body;
        if let Ok(document) = Document::parse(body, self.settings.max_depth) {
            let has = |core: &Core| document.root().get(core.name()).is_some();
            if document.root().kind() == Kind::Object && Core::REQUIRED.iter().all(has) {
                self.envelope_notes(body, &document);
                return (Mode::Structured, self.structured_event(document.root(), ""));
            }
        }
        let message = "no CloudEvent: there is no ce- header, and the body is no event in the JSON format either";
        self.add(Note::new(Rule::CeM8, Place::header("ce-specversion"), message));
        (Mode::Binary, Parts { data: Data::Span(0..body.len()), ..Parts::default() })
    }

    fn structured_event(&mut self, event: Node<'_, '_>, prefix: &str) -> Parts {
        if self.settings.vendor == Vendor::Amlyze {
            let message = "the event comes in structured mode; AMLYZE documents binary mode";
            self.add(Note::new(Rule::AmlyzeD04, Place::Body(prefix.to_owned()), message));
        }
        let structured = structured::read(event, prefix, self.settings, self.report);
        let attributes = structured.attributes;
        self.look_at_context(&attributes);
        let type_name = attributes.get(Core::Type).unwrap_or_default().to_owned();
        self.look_at_type(&type_name, || Place::Body(format!("{prefix}/type")));
        let mut parts = Parts::default();
        let payload = match structured.data {
            StructuredData::None => None,
            // As an empty body in binary mode: there is no data.
            StructuredData::Bytes(bytes) if bytes.is_empty() && structured.is_json => None,
            StructuredData::Json(span) => {
                parts.data = Data::Span(span.clone());
                let base = Some(span.start);
                Some(Payload { bytes: Cow::Borrowed(&self.body[span]), prefix: format!("{prefix}/data"), base })
            }
            StructuredData::Bytes(bytes) => {
                parts.data = Data::Decoded(bytes.clone());
                Some(Payload { bytes: Cow::Owned(bytes), prefix: format!("{prefix}/data_base64"), base: None })
            }
        };
        let has_schema = self.has_schema(&type_name);
        let is_declared = attributes.get(Core::Datacontenttype).is_some();
        if structured.is_json || (has_schema && !is_declared) {
            // As an empty body in binary mode: what has a schema cannot be left out.
            let absent = || Payload { bytes: Cow::Borrowed(b""), prefix: format!("{prefix}/data"), base: None };
            if let Some(payload) = payload.or_else(|| has_schema.then(absent)) {
                parts.schema = self.payload(&type_name, attributes.get(Core::Subject), payload, &mut parts.data);
            }
        } else if self.settings.vendor == Vendor::Amlyze {
            let place = Place::Body(format!("{prefix}/datacontenttype"));
            let message = "AMLYZE sends application/json; without that the data is not read";
            self.add(Note::new(Rule::HttpContentType, place, message));
        }
        parts.content = Content::Event(self.context(attributes));
        parts
    }

    fn batched(&mut self) -> Parts {
        let body = self.body;
        let Some(document) = self.read_envelope(body) else { return Parts::default() };
        let root = document.root();
        if let Err(note) = batch::check_array(root) {
            self.add(note);
            return Parts::default();
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
            let mut report = Report::after(taken);
            let mut judge = Judge { settings: self.settings, report: &mut report, body };
            let parts = judge.structured_event(event, &format!("/{position}"));
            taken = report.size();
            let (verdict, left_out) = conclude_item(self.settings, report, parts);
            self.report.leave_out(left_out);
            broken += usize::from(!verdict.is_accepted() || verdict.event().is_none());
            verdicts.push(verdict);
        }
        let versions = verdicts.iter().filter_map(|verdict| verdict.event()?.attribute("specversion"));
        if let Err(note) = batch::check_versions(versions) {
            self.add(note);
        }
        Parts { content: Content::Batch(verdicts), ..Parts::default() }
    }

    fn envelope(&mut self) -> Parts {
        let body = self.body;
        let event = onepass::dataspike_event(body);
        let schema = event.and_then(onepass::schema_of).unwrap_or(onepass::ANY);
        let mut record = match onepass::pass(schema, body, self.settings.max_depth) {
            Ok(record) => record,
            Err(stop) => {
                self.stopped(stop, "", Some(0), false);
                return Parts::default();
            }
        };
        let mut parts = Parts { data: Data::Span(0..body.len()), ..Parts::default() };
        let mut attributes = Attributes::default();
        if let Some(event) = event {
            for (_, slot, core) in CONTEXT {
                if let Some(span) = record.get(slot).filter(|span| span.kind == Kind::String) {
                    select::with_string(body, span, |text| attributes.set(core, text));
                }
            }
            parts.schema = Some(Cow::Borrowed(event.schema_id));
            if record.is_clean() && !vendors::dataspike::needs_document(event.name, body, &record) {
                self.look_at_type(event.name, || Place::Body("/event_type".into()));
                parts.content = Content::Event(self.context(attributes));
                return parts;
            }
        }
        let findings = record.take_findings().unwrap_or_default();
        // The pass has read it, so this is JSON.
        let Ok(document) = Document::parse(body, self.settings.max_depth) else { return Parts::default() };
        self.json_notes(&findings.notes, &document, "", Some(0), true, Surrogates::Break(Rule::JsonSyntax));
        let payload = Payload { bytes: Cow::Borrowed(body), prefix: String::new(), base: Some(0) };
        if let Some(event) = event {
            self.departures(event.name, findings, &document, &payload);
            vendors::dataspike::look_at_payload(event.name, &document, &mut |remark| {
                self.remark(remark, &document, &payload);
            });
        } else {
            let root = document.root();
            if root.kind() != Kind::Object {
                let message = format!("a Dataspike delivery is a JSON object, but this is {}", root.kind().name());
                self.add(Note::new(Rule::JsonObject, Place::body(), message).at(root.start()));
                return Parts::default();
            }
            for (name, _, core) in CONTEXT {
                if let Some(text) = root.get(name).and_then(Node::text) {
                    attributes.set(core, &text);
                }
            }
            let violations = vendors::dataspike::check_envelope(&document);
            self.violations("", violations, &document, &payload);
            if attributes.get(Core::Type).is_some_and(|name| !name.is_empty()) {
                let message = "no document lists this event type; it is handed on as an unknown type";
                let note = Note::new(Rule::Dataspike3, Place::Body("/event_type".into()), message);
                self.add(match root.get("event_type") {
                    Some(node) => note.at(node.start()),
                    None => note,
                });
            }
        }
        let type_name = attributes.get(Core::Type).unwrap_or_default();
        self.look_at_type(type_name, || Place::Body("/event_type".into()));
        parts.content = Content::Event(self.context(attributes));
        parts
    }

    fn look_at_context(&mut self, attributes: &Attributes) {
        if self.settings.vendor != Vendor::Amlyze {
            return;
        }
        let (Some(type_name), Some(source)) = (attributes.get(Core::Type), attributes.get(Core::Source)) else {
            return;
        };
        // Under whichever spelling; that has a rule of its own.
        let type_name = amlyze_catalogue::resolve_type(type_name).info().map_or(type_name, |event| event.name);
        if let Some((rule, message)) = vendors::amlyze::look_at_context(type_name, source.as_bytes()) {
            self.add(Note::new(rule, Place::header("ce-source"), message));
        }
    }

    /// Reads a body that is an envelope: any fault in it is one of the JSON text.
    fn read_envelope<'b>(&mut self, body: &'b [u8]) -> Option<Document<'b>> {
        match Document::parse(body, self.settings.max_depth) {
            Ok(document) => {
                self.envelope_notes(body, &document);
                Some(document)
            }
            Err(fault) => {
                self.syntax(fault, "", Some(0), false);
                None
            }
        }
    }

    /// What JSON for interchange does not let through, in an envelope of CloudEvents.
    fn envelope_notes(&mut self, body: &[u8], document: &Document<'_>) {
        // Half a character in an attribute is V10 and in data D4, which the readers of the two report.
        let surrogates = match self.settings.vendor {
            Vendor::CloudEvents => Surrogates::Elsewhere,
            _ => Surrogates::Break(Rule::JsonSyntax),
        };
        if let Ok(mut record) = onepass::pass(onepass::ANY, body, self.settings.max_depth)
            && let Some(findings) = record.take_findings()
        {
            self.json_notes(&findings.notes, document, "", Some(0), true, surrogates);
        }
    }

    fn context(&self, attributes: Attributes) -> Option<EventContext> {
        context(self.settings, attributes)
    }

    pub(super) fn add(&mut self, note: Note<'_>) {
        self.report.add(&self.settings.policy, self.settings.reveal, note);
    }
}
