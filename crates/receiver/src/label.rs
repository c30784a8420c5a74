//! What may stand in a label or a field: words that this project or its user chose, and never one that a sender wrote.

use hookvet::{Rule, Verdict};

/// The rule that decided about a refusal.
#[cfg(feature = "metrics")]
pub(crate) fn deciding_rule(verdict: &Verdict) -> Option<Rule> {
    let mut rejecting = findings(verdict).filter(|finding| finding.rejects());
    let class = verdict.class()?;
    let first = rejecting.next()?;
    if first.rule.class() == class {
        return Some(first.rule);
    }
    Some(rejecting.find(|finding| finding.rule.class() == class).unwrap_or(first).rule)
}

/// The findings of a delivery, those of the events of a batch too.
pub(crate) fn findings(verdict: &Verdict) -> impl Iterator<Item = &hookvet::Finding> {
    verdict.findings().iter().chain(verdict.batch().into_iter().flatten().flat_map(Verdict::findings))
}

/// The rules of all findings, each once, with commas.
#[cfg(feature = "tracing")]
pub(crate) fn rules(verdict: &Verdict) -> String {
    let mut seen: Vec<Rule> = Vec::new();
    for finding in findings(verdict) {
        if !seen.contains(&finding.rule) {
            seen.push(finding.rule);
        }
    }
    seen.iter().map(|rule| rule.id()).collect::<Vec<_>>().join(",")
}
