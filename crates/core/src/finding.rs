//! One thing that is wrong, or odd, about a delivery.

use std::borrow::Cow;
use std::fmt;

use crate::escape::escaped;
use crate::json::{Writer, serialize_as_written, written_length};
use crate::rule::Rule;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub enum Severity {
    /// A form on which the sources disagree and that is read tolerantly, something unknown, or advice.
    Warning,
    /// The payload departs from what the vendor documents.
    Drift,
    /// Breaks the standard, the signature or a limit, or makes the payload unreadable.
    Error,
}

impl Severity {
    /// `error`, `drift` or `warning`, as in a verdict's JSON form.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Drift => "drift",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where in the delivery a finding is.
///
/// `Display` is for terminals and logs: what a name holds besides characters that are shown is [escaped](crate::escaped). The
/// verdict's JSON has the name as it was sent.
#[derive(Clone, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The request itself: its method, its size.
    Request,
    /// A header, by its name in lower case.
    Header(Cow<'static, str>),
    /// The body: the empty pointer is the whole of it, otherwise a JSON Pointer (RFC 6901).
    Body(String),
}

impl Place {
    pub(crate) const fn body() -> Self {
        Self::Body(String::new())
    }

    pub(crate) const fn header(name: &'static str) -> Self {
        Self::Header(Cow::Borrowed(name))
    }

    /// The kind of place, and the name or pointer that the sender chose.
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Request => ("request", ""),
            Self::Header(name) => ("header:", name),
            Self::Body(pointer) if pointer.is_empty() => ("body", ""),
            Self::Body(pointer) => ("body:", pointer),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = self.parts();
        write!(f, "{kind}{}", escaped(name))
    }
}

/// One thing that is wrong, or odd, about a delivery: which rule, how grave, where, and what to do.
///
/// The message never holds a payload value, a header value or a secret. `value` does, and is there only where the
/// caller asked for it with [`VetterBuilder::reveal`](crate::VetterBuilder::reveal).
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that was broken.
    pub rule: Rule,
    /// How grave it is under the policy in force.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What is wrong and what would be right, for people.
    pub message: Cow<'static, str>,
    /// Byte offset in the body, or in the header's value as received; from 0.
    pub offset: Option<usize>,
    /// What would be right, where a word or two say it: types, the values of a closed list, a format, the documented name.
    pub expected: Option<String>,
    /// The required member that is missing.
    pub member: Option<String>,
    /// The offending value, shortened. `None` unless the caller asked for values.
    pub value: Option<String>,
    pub(crate) rejects: bool,
}

impl Finding {
    /// Whether this finding alone makes the policy in force refuse the delivery.
    #[must_use]
    pub const fn rejects(&self) -> bool {
        self.rejects
    }

    /// About how many bytes [`write`](Self::write) takes.
    pub(crate) fn written_length(&self) -> usize {
        const MEMBERS: usize =
            r#"{"rule":,"severity":,"refuses":false,"where":"header:","message":,"offset":1234567},"#.len();
        const OPTIONAL: usize = r#","expected":"#.len();
        let place = match &self.place {
            Place::Request => 0,
            Place::Header(name) => written_length(name),
            Place::Body(pointer) => written_length(pointer),
        };
        let optional = [&self.expected, &self.member, &self.value].into_iter().flatten();
        let rest: usize = optional.map(|text| OPTIONAL + written_length(text)).sum();
        MEMBERS + self.rule.id().len() + self.severity.as_str().len() + place + written_length(&self.message) + rest
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.object(|out| {
            out.text_member("rule", self.rule.id());
            out.text_member("severity", self.severity.as_str());
            out.member("where", |out| {
                let (kind, name) = self.place.parts();
                out.string(&[kind, name].concat());
            });
            out.text_member("message", &self.message);
            if let Some(offset) = self.offset {
                out.member("offset", |out| out.number(offset));
            }
            if let Some(value) = &self.value {
                out.text_member("value", value);
            }
            out.member("refuses", |out| out.boolean(self.rejects));
            for (name, value) in [("expected", &self.expected), ("member", &self.member)] {
                if let Some(value) = value {
                    out.text_member(name, value);
                }
            }
        });
    }
}

serialize_as_written!(Finding);

/// Shows rule, severity, place and message, [escaped](crate::escaped); never the value.
impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) at {}: {}", self.rule, self.severity, self.place, escaped(&self.message))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Place, Vetter};

    #[test]
    fn a_place_is_escaped_for_people_and_as_it_was_sent_in_json() {
        let pointer = "/a\nb\u{202e}\u{9b}";
        let headers = [
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "customer"),
            ("ce-type", "com.amlyze.customer.updated"),
            ("ce-subject", "42"),
            ("content-type", "application/json"),
        ];
        let body = "{\"a\\nb\u{202e}\u{9b}\":1}";
        let verdict = Vetter::amlyze().build().expect("a vetter").vet(headers, body.as_bytes(), 0);
        let finding = verdict.findings().iter().find(|finding| finding.place == Place::Body(pointer.into()));
        let finding = finding.expect("an unknown member");
        assert_eq!(finding.place.to_string(), r"body:/a\nb\u{202e}\u{9b}");
        assert!(format!("{finding:?} {verdict:?}").chars().all(|one| !one.is_control() && one != '\u{202e}'));
        let json = verdict.to_json();
        assert!(json.contains("\"where\":\"body:/a\\nb\u{202e}\u{9b}\""), "{json}");
        assert_eq!(json, serde_json::to_string(&verdict).expect("JSON"));
    }
}
