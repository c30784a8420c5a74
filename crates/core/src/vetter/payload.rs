//! The payload: JSON, its schema, and the vendor's own rules.

use std::borrow::Cow;

use hookvet_catalogue::EventInfo;

use super::judge::Judge;
use crate::finding::{Place, Severity};
use crate::json::{Document, Fault, FaultKind, Kind, Node, trailing_commas};
use crate::order;
use crate::report::{Details, Note, Spot};
use crate::rule::Rule;
use crate::schema::onepass::{self, Findings, JsonNote, Record, Stop};
use crate::schema::{At, Violation};
use crate::vendors::{Reading, Remark, Resolved};
use crate::verdict::Data;

/// How many places are looked up one by one at the most.
const MANY: usize = 256;

impl Judge<'_, '_> {
    /// Judges the data of an event.
    pub(super) fn payload(&mut self, resolved: &Resolved, mut payload: Payload<'_>) {
        let (profile, max_depth) = (self.settings.profile, self.settings.max_depth);
        if profile.takes_own_schemas() {
            self.own_payload(&payload);
            return;
        }
        let schema = resolved.event.and_then(onepass::schema_of).unwrap_or(onepass::ANY);
        let mut passed = onepass::pass(schema, &payload.bytes, max_depth);
        if let Err(Stop::Fault(Fault { kind: FaultKind::TrailingComma, .. })) = passed
            && let Some((rule, message)) = profile.trailing_comma()
            && self.looks_at(rule)
        {
            payload = self.without_last_commas(payload, rule, message);
            passed = onepass::pass(schema, &payload.bytes, max_depth);
        }
        let record = match passed {
            Ok(record) => record,
            Err(stop) => return self.stopped(stop, &payload.prefix, payload.base, true),
        };
        if record.is_clean() && resolved.said.is_none() {
            match resolved.event {
                Some(event) if profile.is_content_with(event, &self.verdict.context, &payload.bytes, &record) => {
                    self.verdict.schema = Some(Cow::Borrowed(event.schema_id));
                    return;
                }
                _ => {}
            }
        }
        self.unusual(resolved, &payload, record);
    }

    /// What is odd about data, with a document to look it up in.
    #[cold]
    fn unusual(&mut self, resolved: &Resolved, payload: &Payload<'_>, mut record: Record) {
        let findings = record.take_findings().unwrap_or_default();
        let document = Document::of(&payload.bytes);
        self.json_notes(&findings.notes, &document, payload, payload.part());
        if let Some((rule, message)) = self.settings.profile.object_in_string()
            && let Some(text) = document.root().text()
            && onepass::read(text.as_bytes(), self.settings.max_depth)
                .is_ok_and(|(inner, _)| inner.root().kind() == Kind::Object)
        {
            self.add(Note::new(rule, Place::Body(payload.prefix.clone()), message));
            let bytes = text.into_owned().into_bytes();
            self.verdict.data = Data::Decoded(bytes.clone());
            let inner = Payload { bytes: Cow::Owned(bytes), prefix: payload.prefix.clone(), base: None };
            return self.payload(resolved, inner);
        }
        if let Some((rule, message)) = &resolved.said {
            self.add(Note::new(*rule, Place::header("ce-type"), message.clone()));
        }
        if let Some(event) = resolved.event {
            self.documented(event, findings, &document, payload);
        }
    }

    /// What departs in data of a documented event from its schema, and what the vendor's rules say besides.
    pub(super) fn documented(
        &mut self,
        event: &'static EventInfo,
        findings: Findings,
        document: &Document<'_>,
        payload: &Payload<'_>,
    ) {
        self.verdict.schema = Some(Cow::Borrowed(event.schema_id));
        self.departures(event.name, findings, document, payload);
        let mut remarks = Vec::new();
        let context = &self.verdict.context;
        self.settings.profile.look_at_payload(event, context, document, &mut |remark| remarks.push(remark));
        for remark in remarks {
            self.remark(remark, document, payload);
        }
    }

    /// Adds how data departs from its schema.
    pub(super) fn departures(
        &mut self,
        event_type: &str,
        findings: Findings,
        document: &Document<'_>,
        payload: &Payload<'_>,
    ) {
        self.violations(event_type, findings.violations, document, payload);
        if self.looks_at(Rule::SchemaUnknown) {
            self.report.leave_out(findings.left_out);
        }
        if findings.is_cut_off {
            let message = "so many departures that not all of them are looked at; nothing may hide among them";
            self.add(Note::new(Rule::LimitDepartures, Place::Body(payload.prefix.clone()), message));
        }
    }

    /// Blanks commas before a closing bracket, where nothing else is wrong.
    #[cold]
    fn without_last_commas<'p>(&mut self, payload: Payload<'p>, rule: Rule, message: &'static str) -> Payload<'p> {
        // Blanked out, so that every offset stays what it was.
        let mut bytes = payload.bytes.to_vec();
        let commas = trailing_commas(&bytes);
        for comma in &commas {
            bytes[*comma] = b' ';
        }
        if onepass::pass(onepass::ANY, &bytes, self.settings.max_depth).is_err() {
            return payload;
        }
        for comma in commas {
            let mut note = Note::new(rule, Place::Body(payload.prefix.clone()), message);
            note.offset = payload.base.map(|base| base + comma);
            self.add(note);
        }
        self.verdict.data = Data::Decoded(bytes.clone());
        Payload { bytes: Cow::Owned(bytes), prefix: payload.prefix, base: payload.base }
    }

    /// Adds what a vendor's own rules say about a payload.
    fn remark(&mut self, remark: Remark, document: &Document<'_>, payload: &Payload<'_>) {
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
            let severity = self.settings.profile.severity(&violation, node);
            match self.settings.profile.payload_reading(type_name, &violation, node) {
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
        note.details = Some(Box::new(Details { expected: violation.expected, member: violation.missing }));
        if let Some(node) = node.filter(|node| !matches!(node.kind(), Kind::Object | Kind::Array)) {
            note = note.value(node.raw());
        }
        note.offset = payload.base.and_then(|base| Some(base + at?));
        self.report.add(&self.settings.policy, self.settings.reveal, note);
    }

    /// Adds what JSON's grammar lets through and JSON for interchange does not: repeated names, huge numbers, lone surrogates.
    ///
    /// Each is said once of a text that lies in another one. A rule that is off costs nothing; a full report still counts, and still
    /// takes what decides the status.
    pub(super) fn json_notes(
        &mut self,
        notes: &[JsonNote],
        document: &Document<'_>,
        payload: &Payload<'_>,
        part: Part,
    ) {
        let data_rule = self.settings.profile.data_rule();
        // Half a character in an attribute is V10, which the reader of attributes reports.
        let surrogate_rule = match part {
            Part::Whole => Some(data_rule.unwrap_or(Rule::JsonSyntax)),
            Part::Envelope => data_rule.map_or(Some(Rule::JsonSyntax), |_| None),
            Part::Inside => data_rule,
        };
        for note in notes {
            let (rule, message) = match note.rule {
                Rule::JsonSyntax => {
                    let Some(rule) = surrogate_rule else { continue };
                    (rule, "an escaped surrogate stands without its partner, which is no character")
                }
                _ if part == Part::Inside => continue,
                Rule::JsonDuplicate => (
                    Rule::JsonDuplicate,
                    "the member name stands in this object more than once; readers differ on which one counts",
                ),
                _ => (Rule::JsonNumber, "the number lies beyond the range of a 64-bit float"),
            };
            if self.looks_at(rule)
                && let Some(node) = document.at_offset(note.at)
            {
                let mut note = Note::new(rule, Spot::Node { prefix: &payload.prefix, node }, message);
                note.offset = payload.base.map(|base| base + node.name_start());
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

    /// A text that is no JSON.
    pub(super) fn syntax(&mut self, fault: Fault, prefix: &str, base: Option<usize>, is_data: bool) {
        let data_rule = self.settings.profile.data_rule().filter(|_| is_data);
        let rule = match fault.kind {
            FaultKind::Depth => Rule::LimitDepth,
            _ if data_rule.is_some() => data_rule.unwrap_or(Rule::JsonSyntax),
            FaultKind::Empty => Rule::JsonEmpty,
            FaultKind::Utf8 => Rule::JsonUtf8,
            _ => Rule::JsonSyntax,
        };
        let message = match fault.kind {
            FaultKind::Depth => format!("nested deeper than {} levels", self.settings.max_depth),
            kind if data_rule.is_some() => format!("the data is declared as JSON and is not: {}", kind.message()),
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

impl<'p> Payload<'p> {
    /// The whole body.
    pub(super) fn whole(body: &'p [u8]) -> Self {
        Self { bytes: Cow::Borrowed(body), prefix: String::new(), base: Some(0) }
    }

    /// Whether somebody has looked at this text already, as a part of the body.
    pub(super) fn part(&self) -> Part {
        if self.prefix.is_empty() || self.base.is_none() { Part::Whole } else { Part::Inside }
    }
}

/// How a text lies in the body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// It is the body, or was decoded from a part of it.
    Whole,
    /// It is the body, and the data lies in it.
    Envelope,
    /// It is data that lies in the body as it stands.
    Inside,
}
