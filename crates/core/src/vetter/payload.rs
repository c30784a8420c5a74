//! The payload: JSON, its schema, and the vendor's own rules.

use std::borrow::Cow;

use hookvet_catalogue::amlyze::{self as amlyze_catalogue, Resolved};
use hookvet_catalogue::{EventInfo, Vendor};

use super::judge::Judge;
use crate::finding::{Place, Severity};
use crate::json::{Document, Fault, FaultKind, Kind, Node};
use crate::order;
use crate::report::{Note, Spot};
use crate::rule::Rule;
use crate::schema::onepass::{self, Findings, JsonNote, Record, Stop};
use crate::schema::{At, Violation};
use crate::vendors::{self, Reading, Remark};
use crate::verdict::Data;

/// Whether there is nothing to say about the payload of an event under its documented name.
#[inline]
pub(super) fn is_clean(event: &EventInfo, subject: Option<&str>, data: &[u8], max_depth: usize) -> bool {
    let passed = onepass::schema_of(event).map(|schema| onepass::pass(schema, data, max_depth));
    passed.is_some_and(|passed| passed.is_ok_and(|record| is_silent(event, subject, data, &record)))
}

/// Whether neither the pass nor the vendor's own rules say anything.
#[inline]
fn is_silent(event: &EventInfo, subject: Option<&str>, data: &[u8], record: &Record) -> bool {
    let mut is_silent = record.is_clean();
    if is_silent {
        let members = vendors::amlyze::Members::Caught(data, record);
        vendors::amlyze::look_at_payload(event.name, subject, &members, &mut |_| is_silent = false);
    }
    is_silent
}

/// How many places are looked up one by one at the most.
const MANY: usize = 256;

impl Judge<'_, '_> {
    /// Judges the data of an event; returns the id of the schema that it was validated against.
    pub(super) fn payload(
        &mut self,
        type_name: &str,
        subject: Option<&str>,
        payload: Payload<'_>,
        data: &mut Data,
    ) -> Option<Cow<'static, str>> {
        let is_amlyze = self.settings.vendor == Vendor::Amlyze;
        let resolved = if is_amlyze { amlyze_catalogue::resolve_type(type_name) } else { Resolved::Unknown };
        if !is_amlyze {
            return self.own_payload(type_name, &payload);
        }
        let schema = resolved.info().and_then(onepass::schema_of).unwrap_or(onepass::ANY);
        let mut passed = onepass::pass(schema, &payload.bytes, self.settings.max_depth);
        let mut payload = payload;
        if self.looks_at(Rule::AmlyzeD13)
            && matches!(passed, Err(Stop::Fault(Fault { kind: FaultKind::TrailingComma, .. })))
        {
            payload = self.without_last_commas(payload, data);
            passed = onepass::pass(schema, &payload.bytes, self.settings.max_depth);
        }
        let record = match passed {
            Ok(record) => record,
            Err(stop) => {
                self.stopped(stop, &payload.prefix, payload.base, true);
                return None;
            }
        };
        if let Resolved::Exact(event) = resolved
            && is_silent(event, subject, &payload.bytes, &record)
        {
            return Some(Cow::Borrowed(event.schema_id));
        }
        self.amlyze_payload(resolved, type_name, subject, &payload, record, data)
    }

    /// What is odd about a payload of AMLYZE, with a document to look it up in.
    #[cold]
    fn amlyze_payload(
        &mut self,
        resolved: Resolved,
        type_name: &str,
        subject: Option<&str>,
        payload: &Payload<'_>,
        mut record: Record,
        data: &mut Data,
    ) -> Option<Cow<'static, str>> {
        let findings = record.take_findings().unwrap_or_default();
        // The pass has read it, so this is JSON.
        let document = Document::parse(&payload.bytes, self.settings.max_depth).ok()?;
        let surrogates = Surrogates::Break(Rule::JsonSyntax);
        if payload.is_new() {
            self.json_notes(&findings.notes, &document, &payload.prefix, payload.base, true, surrogates);
        }
        if let Some(text) = document.root().text()
            && Document::parse(text.as_bytes(), self.settings.max_depth)
                .is_ok_and(|inner| inner.root().kind() == Kind::Object)
        {
            let message = "data is a string that holds a JSON object; it is read as that object";
            self.add(Note::new(Rule::AmlyzeD11, Place::Body(payload.prefix.clone()), message));
            let bytes = text.into_owned().into_bytes();
            *data = Data::Decoded(bytes.clone());
            let inner = Payload { bytes: Cow::Owned(bytes), prefix: payload.prefix.clone(), base: None };
            return self.payload(type_name, subject, inner, data);
        }
        self.resolved(resolved, type_name);
        let event = resolved.info()?;
        self.departures(event.name, findings, &document, payload);
        let members = vendors::amlyze::Members::Sent(document.root());
        vendors::amlyze::look_at_payload(event.name, subject, &members, &mut |remark| {
            self.remark(remark, &document, payload);
        });
        Some(Cow::Borrowed(event.schema_id))
    }

    /// Whether data of events of this type is held to a schema.
    pub(super) fn has_schema(&self, type_name: &str) -> bool {
        #[cfg(feature = "runtime-schemas")]
        if self.settings.own.schema(type_name).is_some() {
            return true;
        }
        self.settings.vendor == Vendor::Amlyze && amlyze_catalogue::resolve_type(type_name).info().is_some()
    }

    /// Says where a type name is not the documented one.
    fn resolved(&mut self, resolved: Resolved, type_name: &str) {
        let (rule, message) = match resolved {
            Resolved::Exact(_) => return,
            Resolved::Alias { info, rule: "D02" } => {
                (Rule::AmlyzeD02, format!("misspelt; it is read as {}", info.name).into())
            }
            Resolved::Alias { info, .. } => {
                (Rule::AmlyzeD01, format!("listed with the other prefix; it is read as {}", info.name).into())
            }
            _ if type_name.is_empty() => return,
            _ => {
                let (rule, message) = vendors::amlyze::unknown_type(type_name);
                (rule, Cow::Borrowed(message))
            }
        };
        self.add(Note::new(rule, Place::header("ce-type"), message));
    }

    /// Blanks commas before a closing bracket, where nothing else is wrong. D13 is off by default.
    #[cold]
    fn without_last_commas<'p>(&mut self, payload: Payload<'p>, data: &mut Data) -> Payload<'p> {
        let commas = match Document::parse_lenient(&payload.bytes, self.settings.max_depth) {
            Ok(document) => document.trailing_commas().to_vec(),
            Err(_) => return payload,
        };
        for comma in &commas {
            let message = "a comma before a closing bracket is no JSON; it is read past";
            let mut note = Note::new(Rule::AmlyzeD13, Place::Body(payload.prefix.clone()), message);
            note.offset = payload.base.map(|base| base + comma);
            self.add(note);
        }
        // Blanked out, so that every offset stays what it was.
        let mut bytes = payload.bytes.into_owned();
        for comma in commas {
            bytes[comma] = b' ';
        }
        *data = Data::Decoded(bytes.clone());
        Payload { bytes: Cow::Owned(bytes), prefix: payload.prefix, base: payload.base }
    }

    /// Adds how a payload departs from its schema.
    pub(super) fn departures(
        &mut self,
        type_name: &str,
        findings: Findings,
        document: &Document<'_>,
        payload: &Payload<'_>,
    ) {
        self.violations(type_name, findings.violations, document, payload);
        if self.looks_at(Rule::SchemaUnknown) {
            self.report.leave_out(findings.left_out);
        }
        if findings.is_cut_off {
            let message = "so many departures that not all of them are looked at; nothing may hide among them";
            self.add(Note::new(Rule::LimitDepartures, Place::Body(payload.prefix.clone()), message));
        }
    }

    /// Adds what a vendor's own rules say about a payload.
    pub(super) fn remark(&mut self, remark: Remark, document: &Document<'_>, payload: &Payload<'_>) {
        let Remark { rule, at, message, severity } = remark;
        let node = at.and_then(|at| document.at_offset(at));
        let spot = match node {
            Some(node) => Spot::Node { prefix: &payload.prefix, node },
            None => Place::Body(payload.prefix.clone()).into(),
        };
        let mut note = Note::new(rule, spot, message).severity(severity);
        note.offset = payload.base.and_then(|base| Some(base + node?.name_start()));
        self.add(note);
    }

    pub(super) fn violations(
        &mut self,
        type_name: &str,
        violations: Vec<Violation>,
        document: &Document<'_>,
        payload: &Payload<'_>,
    ) {
        // To look a pointer up is to walk from the root, so not every one of very many is placed in the text.
        let is_dear = |at: &At| !matches!(at, At::Offset(_));
        let node = |(position, violation): (usize, Violation)| {
            let is_left_out = position >= MANY && is_dear(&violation.at);
            (if is_left_out { None } else { violation.at.find(document) }, violation)
        };
        let mut placed: Vec<_> = violations.into_iter().enumerate().map(node).collect();
        order::sort(&mut placed, |(a_node, a), (b_node, b)| {
            (a_node.map(Node::start), a.rule, &a.missing).cmp(&(b_node.map(Node::start), b.rule, &b.missing))
        });
        let mut last = None;
        for (node, mut violation) in placed {
            let is_about_name = violation.rule == Rule::SchemaUnknown;
            let severity = vendors::severity(self.settings.vendor, &violation, node);
            match vendors::payload_reading(self.settings.vendor, type_name, &violation, node) {
                Reading::Keep => {}
                Reading::Drop => continue,
                Reading::Instead(rule, message) => {
                    violation.rule = rule;
                    message.clone_into(&mut violation.message);
                    // One odd value can break several keywords, and has one reading.
                    let said = Some((node.map(Node::start), rule, message));
                    if std::mem::replace(&mut last, said) == said {
                        continue;
                    }
                }
            }
            self.violation(violation, node, is_about_name, severity, payload);
        }
    }

    fn violation(
        &mut self,
        violation: Violation,
        node: Option<Node<'_, '_>>,
        is_about_name: bool,
        severity: Option<Severity>,
        payload: &Payload<'_>,
    ) {
        let at = node.map(|node| if is_about_name { node.name_start() } else { node.start() });
        let spot = match (node, violation.at) {
            (Some(node), _) => Spot::Node { prefix: &payload.prefix, node },
            #[cfg(feature = "own-schemas")]
            (None, At::Pointer(pointer)) => Place::Body(format!("{}{pointer}", payload.prefix)).into(),
            (None, At::Offset(_)) => Place::Body(payload.prefix.clone()).into(),
        };
        let mut note = Note::new(violation.rule, spot, violation.message).severity(severity);
        if let Some(node) = node.filter(|node| !matches!(node.kind(), Kind::Object | Kind::Array)) {
            note = note.value(node.raw());
        }
        note.offset = payload.base.and_then(|base| Some(base + at?));
        self.report.add(&self.settings.policy, self.settings.reveal, note);
    }

    /// Adds what JSON's grammar lets through and JSON for interchange does not: repeated names, huge numbers, lone surrogates.
    ///
    /// Of a text that lies in an envelope, all but surrogates was said about the envelope. A rule that is off costs nothing; a full
    /// report still counts, and still takes what decides the status.
    pub(super) fn json_notes(
        &mut self,
        notes: &[JsonNote],
        document: &Document<'_>,
        prefix: &str,
        base: Option<usize>,
        is_new: bool,
        surrogates: Surrogates,
    ) {
        for note in notes {
            let (rule, message) = match (note.rule, surrogates) {
                (Rule::JsonSyntax, Surrogates::Break(rule)) => {
                    (rule, "an escaped surrogate stands without its partner, which is no character")
                }
                (Rule::JsonDuplicate, _) if is_new => (
                    Rule::JsonDuplicate,
                    "the member name stands in this object more than once; readers differ on which one counts",
                ),
                (Rule::JsonNumber, _) if is_new => {
                    (Rule::JsonNumber, "the number lies beyond the range of a 64-bit float")
                }
                _ => continue,
            };
            if self.looks_at(rule)
                && let Some(node) = document.at_offset(note.at)
            {
                let mut note = Note::new(rule, Spot::Node { prefix, node }, message);
                note.offset = base.map(|base| base + node.name_start());
                self.add(note);
            }
        }
    }

    fn looks_at(&self, rule: Rule) -> bool {
        self.settings.policy.severity(rule).is_some()
    }

    /// A text that the pass could not read to its end.
    #[cold]
    pub(super) fn stopped(&mut self, stop: Stop, prefix: &str, base: Option<usize>, is_data: bool) {
        match stop {
            Stop::Fault(fault) => self.syntax(fault, prefix, base, is_data),
            Stop::TooLong | Stop::Tables => {
                let message = "longer than 4 GiB, which is more than can be read at once";
                self.add(Note::new(Rule::LimitBody, Place::Body(prefix.to_owned()), message));
            }
        }
    }

    /// A text that is no JSON. Generic CloudEvents data has a rule of its own for that.
    pub(super) fn syntax(&mut self, fault: Fault, prefix: &str, base: Option<usize>, is_data: bool) {
        let is_declared = is_data && self.settings.vendor == Vendor::CloudEvents;
        let rule = match fault.kind {
            FaultKind::Depth => Rule::LimitDepth,
            _ if is_declared => Rule::CeD4,
            FaultKind::Empty => Rule::JsonEmpty,
            FaultKind::Utf8 => Rule::JsonUtf8,
            _ => Rule::JsonSyntax,
        };
        let message = match fault.kind {
            FaultKind::Depth => format!("nested deeper than {} levels", self.settings.max_depth),
            kind if is_declared => format!("the data is declared as JSON and is not: {}", kind.message()),
            kind => kind.message(),
        };
        let mut note = Note::new(rule, Place::Body(prefix.to_owned()), message);
        note.offset = base.map(|base| base + fault.at);
        self.add(note);
    }
}

/// JSON that an event carries, and how its places are named.
pub(super) struct Payload<'p> {
    pub(super) bytes: Cow<'p, [u8]>,
    /// JSON Pointer of the data in the body.
    pub(super) prefix: String,
    /// Where the data starts in the body; `None` where it was decoded from something.
    pub(super) base: Option<usize>,
}

impl Payload<'_> {
    /// Whether nobody has looked at this text yet: it is the body, or was decoded from it.
    pub(super) fn is_new(&self) -> bool {
        self.prefix.is_empty() || self.base.is_none()
    }
}

/// What an escaped surrogate without its partner breaks.
#[derive(Clone, Copy)]
pub(super) enum Surrogates {
    Break(Rule),
    /// It is looked for where its rule is known.
    Elsewhere,
}
