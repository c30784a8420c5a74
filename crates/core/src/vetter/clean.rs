//! The usual delivery: nothing to report, seen in one pass over the bytes, without a document and without allocating.
//!
//! `None` and `false` mean only that there may be something to report; the judgement that finds it out comes behind.

use hookvet_catalogue::EventInfo;

use crate::cloudevents::attributes::{Attributes, Core};
use crate::json::Kind;
use crate::schema::onepass::{Captures, Span, clean_delivery, is_clean, schema_of, select, watch};
use crate::vendors;

const CUSTOMER_UPDATED: &str = "com.amlyze.customer.updated";

/// Whether `data` is a payload of `event` about which there is nothing to say. `subject` is the decoded attribute.
pub(super) fn is_clean_amlyze(event: &EventInfo, subject: Option<&str>, data: &[u8], max_depth: usize) -> bool {
    let mut captures = Captures::default();
    schema_of(event).is_some_and(|schema| is_clean(schema, data, max_depth, &mut captures))
        && is_unremarkable(event.name, subject, data, &captures)
}

/// Whether none of the rules applies that `vendors::amlyze::look_at_payload` knows.
fn is_unremarkable(type_name: &str, subject: Option<&str>, data: &[u8], captures: &Captures) -> bool {
    if type_name == CUSTOMER_UPDATED {
        let is_subject = |id: Span| subject.is_none_or(|subject| is_text(data, id, subject));
        return captures.get(watch::CUSTOMER_EXTERNAL_ID).is_some_and(is_subject)
            && captures.get(watch::UPDATED_AT).is_some();
    }
    if let Some(word) = captures.get(watch::DECISION_TYPE)
        && (word.has_escape || select::with_string(data, word, |word| word.trim().len() != word.len()))
    {
        return false;
    }
    let Some(matched) = captures.get(watch::SCREENING_MATCH) else { return true };
    let is_flagged = [watch::SANCTIONED, watch::PEP, watch::IN_ADVERSE_MEDIA, watch::IN_INTERNAL_LIST]
        .into_iter()
        .any(|flag| captures.get(flag).is_some());
    let is_completed = type_name.ends_with(".completed");
    match matched.kind {
        Kind::True => is_flagged || !is_completed,
        _ => is_completed && !is_flagged && captures.get(watch::SCREENING_GUID).is_none(),
    }
}

/// The attributes of a Dataspike envelope about which there is nothing to say, and its event.
pub(super) fn clean_dataspike(body: &[u8], max_depth: usize) -> Option<(&'static EventInfo, Attributes)> {
    let mut captures = Captures::default();
    let event = clean_delivery(body, max_depth, &mut captures)?;
    if vendors::dataspike::may_be_remarkable(event.name, body) {
        return None;
    }
    if captures.get(watch::PAYLOAD).is_none_or(|payload| payload.is_empty) {
        return None;
    }
    let mut attributes = Attributes::default();
    for (slot, core) in [
        (watch::ID, Core::Id),
        (watch::EVENT_TYPE, Core::Type),
        (watch::WEBHOOK_ID, Core::Source),
        (watch::TIMESTAMP, Core::Time),
    ] {
        if let Some(span) = captures.get(slot).filter(|span| span.kind == Kind::String) {
            select::with_string(body, span, |text| attributes.set(core, text));
        }
    }
    Some((event, attributes))
}

fn is_text(data: &[u8], span: Span, expected: &str) -> bool {
    span.kind == Kind::String && select::with_string(data, span, |text| text == expected)
}
