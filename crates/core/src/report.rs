//! Collects findings under a policy.

use std::borrow::Cow;

use crate::finding::{Finding, Place, Severity};
use crate::json::{Node, pointer};
use crate::policy::Policy;
use crate::rule::{Class, Rule};

/// How many findings a verdict lists at the most, over all events of a batch; the others are counted, not kept.
pub(crate) const MAX_FINDINGS: usize = 100;

/// How many bytes of JSON these may take: names in them are the sender's, and an answer must not outgrow its request.
pub(crate) const MAX_BYTES: usize = 32 * 1024;

/// How many characters of a message are kept; those of a schema of the user's own can list very many values.
const MAX_MESSAGE: usize = 1_000;

/// How many characters of a value are shown where values are asked for.
const MAX_REVEALED: usize = 200;

/// The findings so far, and the class of fault that wins among those that reject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    findings: Cow<'static, [Finding]>,
    class: Option<Class>,
    left_out: usize,
    /// What earlier events of the same batch have used up.
    taken: Size,
    bytes: usize,
    /// How many of the findings `bytes` counts; the last ones are measured when somebody asks.
    measured: usize,
}

/// How much was reported.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    pub(crate) findings: usize,
    pub(crate) bytes: usize,
}

/// Where a finding is going to be. Most are never kept, so a place in a document is spelt out late.
pub(crate) enum Spot<'v> {
    Place(Place),
    /// A value of a document that stands at the pointer `prefix` in the body.
    Node {
        prefix: &'v str,
        node: Node<'v, 'v>,
    },
}

impl From<Place> for Spot<'_> {
    fn from(place: Place) -> Self {
        Self::Place(place)
    }
}

impl Spot<'_> {
    fn into_place(self) -> Place {
        match self {
            Self::Place(Place::Body(text)) => Place::Body(pointer::cut(text)),
            Self::Place(place) => place,
            Self::Node { prefix, node } => Place::Body(pointer::cut(format!("{prefix}{}", node.pointer()))),
        }
    }
}

/// A finding that is about to be added.
pub(crate) struct Note<'v> {
    pub(crate) rule: Rule,
    pub(crate) spot: Spot<'v>,
    pub(crate) message: Cow<'static, str>,
    pub(crate) offset: Option<usize>,
    pub(crate) value: Option<&'v [u8]>,
    /// Where this departure is graver or lighter than the rule is as a rule.
    pub(crate) severity: Option<Severity>,
    /// Few notes have any.
    pub(crate) details: Option<Box<Details>>,
}

/// What a finding says besides its message.
#[derive(Default)]
pub(crate) struct Details {
    pub(crate) expected: Option<String>,
    pub(crate) member: Option<String>,
}

impl<'v> Note<'v> {
    pub(crate) fn new(rule: Rule, spot: impl Into<Spot<'v>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            rule,
            spot: spot.into(),
            message: message.into(),
            offset: None,
            value: None,
            severity: None,
            details: None,
        }
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    pub(crate) fn severity(mut self, severity: Option<Severity>) -> Self {
        self.severity = severity;
        self
    }

    /// The value that the finding is about; kept only where the caller asked for values.
    pub(crate) fn value(mut self, value: &'v [u8]) -> Self {
        self.value = Some(value);
        self
    }
}

impl Report {
    /// For one event of a batch, whose earlier events have used up that much.
    pub(crate) fn after(taken: Size) -> Self {
        Self { taken, ..Self::default() }
    }

    /// What this event and those before it have used up.
    pub(crate) fn size(&mut self) -> Size {
        for finding in &self.findings[self.measured..] {
            self.bytes += finding.written_length();
        }
        self.measured = self.findings.len();
        Size { findings: self.taken.findings + self.findings.len(), bytes: self.taken.bytes + self.bytes }
    }

    /// Adds a finding where the policy looks at its rule.
    #[cold]
    pub(crate) fn add(&mut self, policy: &Policy, reveal: bool, note: Note<'_>) {
        let Some(severity) = policy.severity_at(note.rule, note.severity) else { return };
        let rejects = policy.rejects_at(note.rule, note.severity);
        let before = self.class;
        if rejects {
            self.class = Some(self.class.map_or(note.rule.class(), |class| first_of(class, note.rule.class())));
        }
        if self.is_full() {
            self.left_out += 1;
            // What decides the status is always listed.
            if self.class == before {
                return;
            }
            if let Some(last) = self.findings.to_mut().pop() {
                self.bytes -= last.written_length();
                self.measured -= 1;
            }
        }
        let value = note.value.filter(|_| reveal).map(shorten);
        let Note { rule, spot, message, offset, details, .. } = note;
        let Details { expected, member } = details.map(|details| *details).unwrap_or_default();
        let expected = expected.map(|text| first_characters(text, MAX_MESSAGE));
        let message = match message {
            Cow::Owned(text) => Cow::Owned(first_characters(text, MAX_MESSAGE)),
            fixed @ Cow::Borrowed(_) => fixed,
        };
        let place = spot.into_place();
        self.findings.to_mut().push(Finding {
            rule,
            severity,
            place,
            message,
            offset,
            expected,
            member,
            value,
            rejects,
        });
    }

    /// Whether one of the findings refuses the delivery, and the class of fault that wins.
    pub(crate) fn rejecting_class(&self) -> Option<Class> {
        self.class
    }

    /// Whether more findings are only counted.
    fn is_full(&mut self) -> bool {
        let Size { findings, bytes } = self.size();
        findings >= MAX_FINDINGS || bytes >= MAX_BYTES
    }

    /// Counts findings that were left out elsewhere.
    pub(crate) fn leave_out(&mut self, count: usize) {
        self.left_out += count;
    }

    /// The list of one event of a batch, and how many were left out: the batch says that once.
    pub(crate) fn into_parts(self) -> (Cow<'static, [Finding]>, usize) {
        (self.findings, self.left_out)
    }

    /// The list, with a note of how many were left out.
    pub(crate) fn into_findings(mut self, policy: &Policy) -> Cow<'static, [Finding]> {
        if self.left_out > 0
            && let Some(severity) = policy.severity(Rule::LimitFindings)
        {
            self.findings.to_mut().push(Finding {
                rule: Rule::LimitFindings,
                severity,
                place: Place::Request,
                message: format!("{} further findings are left out", self.left_out).into(),
                offset: None,
                expected: None,
                member: None,
                value: None,
                rejects: false,
            });
        }
        self.findings
    }
}

/// The class whose status is answered: the earlier in [`Class::ALL`].
pub(crate) fn first_of(a: Class, b: Class) -> Class {
    let rank = |class| Class::ALL.iter().position(|other| *other == class);
    if rank(a) <= rank(b) { a } else { b }
}

fn shorten(value: &[u8]) -> String {
    // A character has at most four bytes, and of a long value only the start is looked at.
    let start = value.get(..4 * (MAX_REVEALED + 1)).unwrap_or(value);
    first_characters(String::from_utf8_lossy(start).into_owned(), MAX_REVEALED)
}

/// The text with at most so many characters, and a mark where it was cut.
fn first_characters(mut text: String, most: usize) -> String {
    if text.len() > most
        && let Some((end, _)) = text.char_indices().nth(most)
    {
        text.truncate(end);
        text.push('…');
    }
    text
}
