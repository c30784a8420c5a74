//! What a refused sender is told: a problem document (RFC 9457) with the findings.

use std::fmt::{self, Write as _};

use crate::finding::Finding;
use crate::json::{Writer, serialize_as_written};
use crate::report::{MAX_BYTES, MAX_FINDINGS};
use crate::rule::{Class, Rule};
use crate::verdict::Verdict;

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// How long the name of a delivery may be, in bytes. A longer one tells nobody anything, and is as long as its sender likes.
const MAX_INSTANCE: usize = 512;

/// The answer to a refused delivery, the same from every adapter. It is never longer than 64 KiB.
///
/// Of the delivery it holds the names in the findings' places, and in `instance` the source and the id of the event, by which its
/// sender knows it again; `instance` is left out where it would have more than 512 bytes. `Debug` shows neither source nor id.
///
/// # Example
/// ```
/// use hookvet::{Problem, Vetter};
///
/// let verdict = Vetter::cloudevents().build()?.vet([("content-type", "application/json")], b"{}", 0);
/// let problem = Problem::of(&verdict).expect("refused");
/// assert_eq!(problem.status(), 400);
/// assert!(problem.to_json().starts_with(r#"{"type":"urn:hookvet:problem:malformed","#));
/// # Ok::<(), hookvet::BuildError>(())
/// ```
/// Source: RFC 9457 §3.
#[derive(Clone)]
pub struct Problem<'v> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: String,
    instance: Option<String>,
    findings: Vec<&'v Finding>,
}

impl<'v> Problem<'v> {
    /// The problem document of a refused delivery; `None` for an accepted one.
    #[must_use]
    pub fn of(verdict: &'v Verdict) -> Option<Self> {
        let class = verdict.class()?;
        let mut findings: Vec<&Finding> = verdict.findings().iter().collect();
        findings.extend(verdict.batch().into_iter().flatten().flat_map(Verdict::findings));
        Some(Self {
            r#type: format!("urn:hookvet:problem:{}", class.name()),
            title: class.title(),
            status: verdict.status(),
            detail: detail(class, &findings),
            instance: verdict.event().and_then(|event| instance(&event.key())),
            findings: {
                // Each refused event of a batch lists at least what refuses it, and an answer has to stay short.
                let mut left = MAX_BYTES;
                findings.retain(|finding| {
                    let is_kept = left > 0;
                    left = left.saturating_sub(finding.written_length());
                    is_kept
                });
                findings.truncate(MAX_FINDINGS + 1);
                findings
            },
        })
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers that the answer has with the document, names in lower case: `content-type`; `allow` with `methods` where the
    /// method was wrong; `accept-encoding` with `codings` where a content coding was not understood.
    ///
    /// Source: RFC 9110 §10.2.1 and §12.5.3.
    #[must_use]
    pub fn headers<'h>(&self, methods: &'h str, codings: &'h str) -> Vec<(&'static str, &'h str)> {
        let refuses = |rule: Rule| self.findings.iter().any(|finding| finding.rejects() && finding.rule == rule);
        let mut headers = vec![("content-type", PROBLEM_JSON)];
        if refuses(Rule::HttpMethod) {
            headers.push(("allow", methods));
        }
        if refuses(Rule::HttpContentEncoding) {
            headers.push(("accept-encoding", codings));
        }
        headers
    }

    /// The document as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Writer::default();
        self.write(&mut out);
        out.into_text()
    }

    fn write(&self, out: &mut Writer) {
        out.object(|out| {
            out.text_member("type", &self.r#type);
            out.text_member("title", self.title);
            out.member("status", |out| out.number(usize::from(self.status)));
            out.text_member("detail", &self.detail);
            if let Some(instance) = &self.instance {
                out.text_member("instance", instance);
            }
            out.member("findings", |out| out.list(&self.findings, |out, finding| finding.write(out)));
        });
    }
}

serialize_as_written!(Problem<'_>);

/// The first finding that decided, and how many more there are.
fn detail(class: Class, findings: &[&Finding]) -> String {
    let mut rejecting = findings.iter().filter(|finding| finding.rejects());
    let first = rejecting.clone().find(|finding| finding.rule.class() == class).or_else(|| rejecting.next());
    let Some(first) = first else { return class.title().to_owned() };
    let more = findings.iter().filter(|finding| finding.rejects()).count().saturating_sub(1);
    let mut detail = format!("{} at {}: {}", first.rule, first.place, first.message);
    if more > 0 {
        let _ = write!(detail, " (and {more} more)");
    }
    detail
}

impl fmt::Debug for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("type", &self.r#type)
            .field("status", &self.status)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

/// The delivery's key as a URN, where it is not too long.
fn instance(key: &str) -> Option<String> {
    let mut urn = String::from("urn:hookvet:delivery:");
    for byte in key.bytes().take(MAX_INSTANCE) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
            urn.push(char::from(byte));
        } else {
            let _ = write!(urn, "%{byte:02X}");
        }
    }
    (urn.len() <= MAX_INSTANCE).then_some(urn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_names_the_delivery_unless_it_would_be_too_long() {
        let prefix = "urn:hookvet:delivery:";
        assert_eq!(instance("a b%c").as_deref(), Some("urn:hookvet:delivery:a%20b%25c"));
        let longest = "a".repeat(MAX_INSTANCE - prefix.len());
        assert_eq!(instance(&longest), Some(format!("{prefix}{longest}")));
        assert_eq!(instance(&format!("{longest}a")), None);
        assert_eq!(instance(&"ä".repeat(100_000)), None);
    }
}
