//! The payload: JSON, its schema, and the vendor's own rules.

use std::borrow::Cow;

use hookvet_catalogue::amlyze::{self as amlyze_catalogue, Resolved};
use hookvet_catalogue::{EventInfo, Vendor};

use super::clean;
use super::judge::Judge;
use crate::finding::Place;
use crate::json::{Document, Fault, FaultKind, Kind, Node};
use crate::order;
use crate::report::Note;
use crate::report::Spot;
use crate::rule::Rule;
use crate::schema::{At, Violation, onepass};
use crate::vendors::{self, Reading};
use crate::verdict::Data;

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
        if self.settings.vendor == Vendor::Amlyze
            && let Resolved::Exact(event) = amlyze_catalogue::resolve_type(type_name)
            && clean::is_clean_amlyze(event, || subject, &payload.bytes, self.settings.max_depth)
        {
            return Some(Cow::Borrowed(event.schema_id));
        }
        let payload = self.repaired(payload, data);
        let document = match Document::parse(&payload.bytes, self.settings.max_depth) {
            Ok(document) => document,
            Err(fault) => {
                self.syntax(fault, &payload.prefix, payload.base, true);
                return None;
            }
        };
        // Inside an envelope the whole text was looked at already.
        if payload.prefix.is_empty() || payload.base.is_none() {
            let rule = if self.settings.vendor == Vendor::CloudEvents { Rule::CeD4 } else { Rule::JsonSyntax };
            self.look_at_json(&document, &payload.prefix, payload.base, Surrogates::Break(rule));
        } else if self.settings.vendor == Vendor::CloudEvents {
            self.look_at_surrogates(&document, &payload.prefix, payload.base, Rule::CeD4);
        }
        if self.settings.vendor != Vendor::Amlyze {
            self.own_schema(type_name, &document, &payload);
            return None;
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
        let event = self.resolve(type_name)?;
        self.validate(event, &document, &payload);
        vendors::amlyze::look_at_payload(event.name, subject, &document, &mut |remark| self.remark(remark, &payload));
        Some(Cow::Borrowed(event.schema_id))
    }

    /// Whether data of events of this type is held to a schema.
    pub(super) fn has_schema(&self, type_name: &str) -> bool {
        #[cfg(feature = "own-schemas")]
        if self.settings.own_schemas.contains_key(type_name) {
            return true;
        }
        self.settings.vendor == Vendor::Amlyze && amlyze_catalogue::resolve_type(type_name).info().is_some()
    }

    /// The event that a type name stands for, under AMLYZE's double spellings.
    fn resolve(&mut self, type_name: &str) -> Option<&'static EventInfo> {
        let place = || Place::header("ce-type");
        match amlyze_catalogue::resolve_type(type_name) {
            Resolved::Exact(event) => Some(event),
            Resolved::Alias { info, rule } => {
                let (rule, message) = if rule == "D02" {
                    (Rule::AmlyzeD02, format!("misspelt; it is read as {}", info.name))
                } else {
                    (Rule::AmlyzeD01, format!("listed with the other prefix; it is read as {}", info.name))
                };
                self.add(Note::new(rule, place(), message));
                Some(info)
            }
            _ if type_name.is_empty() => None,
            _ => {
                let (rule, message) = vendors::amlyze::unknown_type(type_name);
                self.add(Note::new(rule, place(), message));
                None
            }
        }
    }

    /// Commas before a closing bracket are taken out where the policy looks at D13; it is off by default.
    fn repaired<'p>(&mut self, payload: Payload<'p>, data: &mut Data) -> Payload<'p> {
        let is_on = self.settings.vendor == Vendor::Amlyze && self.settings.policy.severity(Rule::AmlyzeD13).is_some();
        if !is_on || Document::parse(&payload.bytes, self.settings.max_depth).is_ok() {
            return payload;
        }
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

    /// Enforces a schema that the user brought for this type.
    #[cfg(feature = "own-schemas")]
    fn own_schema(&mut self, type_name: &str, document: &Document<'_>, payload: &Payload<'_>) {
        let Some(schema) = self.settings.own_schemas.get(type_name) else { return };
        let violations = schema.violations(&payload.bytes, self.settings.max_depth);
        self.violations(type_name, violations, document, payload);
    }

    #[cfg(not(feature = "own-schemas"))]
    #[expect(clippy::unused_self, reason = "the other form of this function uses it")]
    fn own_schema(&mut self, _: &str, _: &Document<'_>, _: &Payload<'_>) {}

    pub(super) fn validate(&mut self, event: &EventInfo, document: &Document<'_>, payload: &Payload<'_>) {
        let Some(schema) = onepass::schema_of(event) else { return };
        // A fault in the text was found by the scan before.
        if let Ok(found) = onepass::findings(schema, &payload.bytes, self.settings.max_depth) {
            self.violations(event.name, found.violations, document, payload);
            if found.is_cut_off {
                let message = "so many departures that not all of them are looked at; nothing may hide among them";
                self.add(Note::new(Rule::LimitDepartures, Place::Body(payload.prefix.clone()), message));
            }
        }
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
            self.violation(violation, node, is_about_name, payload);
        }
    }

    fn violation(
        &mut self,
        violation: Violation,
        node: Option<Node<'_, '_>>,
        is_about_name: bool,
        payload: &Payload<'_>,
    ) {
        let at = node.map(|node| if is_about_name { node.name_start() } else { node.start() });
        let spot = match (node, violation.at) {
            (Some(node), _) => Spot::Node { prefix: &payload.prefix, node },
            #[cfg(feature = "own-schemas")]
            (None, At::Pointer(pointer)) => Place::Body(format!("{}{pointer}", payload.prefix)).into(),
            (None, At::Offset(_)) => Place::Body(payload.prefix.clone()).into(),
        };
        let mut note = Note::new(violation.rule, spot, violation.message);
        if let Some(node) = node.filter(|node| !matches!(node.kind(), Kind::Object | Kind::Array)) {
            note = note.value(node.raw());
        }
        note.offset = payload.base.and_then(|base| Some(base + at?));
        self.report.add(&self.settings.policy, self.settings.reveal, note);
    }

    /// What the scanner lets through and JSON for interchange does not: repeated names, huge numbers, lone surrogates.
    ///
    /// A rule that is off costs nothing. A full report still counts, and still takes what decides the status.
    pub(super) fn look_at_json(
        &mut self,
        document: &Document<'_>,
        prefix: &str,
        base: Option<usize>,
        surrogates: Surrogates,
    ) {
        if self.looks_at(Rule::JsonDuplicate) {
            for member in document.duplicates() {
                let message =
                    "the member name stands in this object more than once; readers differ on which one counts";
                self.json_note(Rule::JsonDuplicate, member, prefix, base, message);
            }
        }
        if self.looks_at(Rule::JsonNumber) {
            for node in document.nodes().filter(|node| node.is_beyond_f64()) {
                let message = "the number lies beyond the range of a 64-bit float";
                self.json_note(Rule::JsonNumber, node, prefix, base, message);
            }
        }
        if let Surrogates::Break(rule) = surrogates {
            self.look_at_surrogates(document, prefix, base, rule);
        }
    }

    fn look_at_surrogates(&mut self, document: &Document<'_>, prefix: &str, base: Option<usize>, rule: Rule) {
        if self.looks_at(rule) {
            for node in document.nodes().filter(|node| node.has_lone_surrogate()) {
                let message = "an escaped surrogate stands without its partner, which is no character";
                self.json_note(rule, node, prefix, base, message);
            }
        }
    }

    fn looks_at(&self, rule: Rule) -> bool {
        self.settings.policy.severity(rule).is_some()
    }

    fn json_note(&mut self, rule: Rule, node: Node<'_, '_>, prefix: &str, base: Option<usize>, message: &'static str) {
        let mut note = Note::new(rule, Spot::Node { prefix, node }, message);
        note.offset = base.map(|base| base + node.name_start());
        self.add(note);
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

/// What an escaped surrogate without its partner breaks.
#[derive(Clone, Copy)]
pub(super) enum Surrogates {
    Break(Rule),
    /// It is looked for where its rule is known.
    Elsewhere,
}
