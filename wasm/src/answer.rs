//! What goes back: a code for the usual question, text for every other.

use hookvet::{Problem, Verdict};

/// The headers give no reason to refuse; it is the body's turn.
pub(crate) const PENDING: u32 = 1;

/// Set where the delivery is accepted.
const ACCEPTED: u32 = 1 << 16;

/// Set where there are findings, refusing or not.
const HAS_FINDINGS: u32 = 1 << 17;

/// The status in the lower half, two flags above it.
pub(crate) fn code(verdict: &Verdict) -> u32 {
    let mut code = u32::from(verdict.status());
    if verdict.is_accepted() {
        code |= ACCEPTED;
    }
    // A batch has its findings in its events.
    if !verdict.findings().is_empty() || verdict.batch().is_some() {
        code |= HAS_FINDINGS;
    }
    code
}

/// A part of a verdict that can be asked for.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Json,
    Problem,
    Data,
    Headers,
}

impl Part {
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        [Self::Json, Self::Problem, Self::Data, Self::Headers].get(number as usize).copied()
    }

    /// The bytes of it, where the verdict has it.
    pub(crate) fn of(self, verdict: &Verdict, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Json => Some(verdict.to_json().into_bytes()),
            Self::Problem => Problem::of(verdict).map(|problem| problem.to_json().into_bytes()),
            Self::Headers => Problem::of(verdict).map(|problem| headers(&problem)),
            Self::Data => verdict.data(body).map(std::borrow::Cow::into_owned),
        }
    }
}

/// The answer's headers, one `name: value` a line.
fn headers(problem: &Problem<'_>) -> Vec<u8> {
    // The package judges deliveries that come as a POST, and undoes no content coding.
    let lines: Vec<_> =
        problem.headers("POST", "identity").into_iter().map(|(name, value)| [name, value].join(": ")).collect();
    lines.join("\n").into_bytes()
}

/// Every event type as a JSON list. No text in it needs an escape, and a test says so.
pub(crate) fn events() -> Vec<u8> {
    let mut list = String::from("[");
    for info in hookvet::events() {
        for (name, value) in [
            (if list.len() == 1 { "{\"vendor" } else { ",{\"vendor" }, info.vendor.as_str()),
            (",\"type", info.name),
            (",\"title", info.title),
            (",\"fires", info.fires),
            (",\"source", info.source_meaning),
            (",\"subject", info.subject_meaning),
            (",\"certainty", info.certainty.as_str()),
            (",\"payload", info.payload.as_str()),
            (",\"schema", info.schema_id),
        ] {
            list.push_str(name);
            list.push_str("\":\"");
            list.push_str(value);
            list.push('"');
        }
        list.push_str(if info.deprecated { ",\"deprecated\":true}" } else { ",\"deprecated\":false}" });
    }
    list.push(']');
    list.into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_text_about_an_event_needs_an_escape() {
        for info in hookvet::events() {
            for text in [info.name, info.title, info.fires, info.source_meaning, info.subject_meaning, info.schema_id] {
                assert!(!text.contains(['"', '\\']) && !text.contains(char::is_control), "{text}");
            }
        }
    }
}
