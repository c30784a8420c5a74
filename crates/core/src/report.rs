//! Collects findings under a policy.

use std::borrow::Cow;

use crate::finding::{Finding, Place, Severity};
use crate::policy::Policy;
use crate::rule::{Class, Rule};

/// How many findings a verdict lists at the most; what comes behind is counted, not kept.
pub(crate) const MAX_FINDINGS: usize = 100;

/// How many characters of a value are shown where values are asked for.
const MAX_REVEALED: usize = 200;

/// The findings so far, and the class of fault that wins among those that reject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Report {
    findings: Cow<'static, [Finding]>,
    class: Option<Class>,
    left_out: usize,
}

/// A finding that is about to be added.
pub(crate) struct Note<'v> {
    pub(crate) rule: Rule,
    pub(crate) place: Place,
    pub(crate) message: Cow<'static, str>,
    pub(crate) offset: Option<usize>,
    pub(crate) value: Option<&'v [u8]>,
    /// Where this departure is graver or lighter than the rule is as a rule.
    pub(crate) severity: Option<Severity>,
}

impl<'v> Note<'v> {
    pub(crate) fn new(rule: Rule, place: Place, message: impl Into<Cow<'static, str>>) -> Self {
        Self { rule, place, message: message.into(), offset: None, value: None, severity: None }
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
    /// Begins with findings that are known beforehand and let the delivery through.
    pub(crate) fn with(findings: &'static [Finding]) -> Self {
        Self { findings: Cow::Borrowed(findings), ..Self::default() }
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
            self.findings.to_mut().pop();
        }
        let value = note.value.filter(|_| reveal).map(shorten);
        let Note { rule, place, message, offset, .. } = note;
        self.findings.to_mut().push(Finding { rule, severity, place, message, offset, value, rejects });
    }

    /// Whether one of the findings refuses the delivery, and the class of fault that wins.
    pub(crate) fn rejecting_class(&self) -> Option<Class> {
        self.class
    }

    /// Whether more findings are only counted.
    pub(crate) fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    pub(crate) fn contains(&self, rule: Rule) -> bool {
        self.findings.iter().any(|finding| finding.rule == rule)
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
    let text = String::from_utf8_lossy(value);
    match text.char_indices().nth(MAX_REVEALED).and_then(|(end, _)| text.get(..end)) {
        Some(start) => format!("{start}…"),
        None => text.into_owned(),
    }
}
