//! AMLYZE: the places D01 to D35 where its documents disagree, each with the reading that loses nothing.

mod payload;
mod slot;

use std::borrow::Cow;

use hookvet_catalogue::amlyze::{self as catalogue, Resolved as Name};
use hookvet_catalogue::{EventInfo, Vendor};

use self::payload::Members;
use super::{Profile, Reading, Resolved, Said, Tell};
use crate::cloudevents::attributes::Core;
use crate::grammar::time;
use crate::json::{Document, Node};
use crate::rule::Rule;
use crate::schema::Violation;
use crate::schema::onepass::Record;
use crate::verdict::EventContext;

const CUSTOMER_UPDATED: &str = "com.amlyze.customer.updated";

/// Longest communication number that any document allows, in characters.
const MAX_COMMUNICATION_NUMBER: usize = 256;

pub(crate) struct Amlyze;

impl Profile for Amlyze {
    fn vendor(&self) -> Vendor {
        Vendor::Amlyze
    }

    fn name(&self) -> &'static str {
        "AMLYZE"
    }

    fn is_json_alone(&self) -> bool {
        true
    }

    fn undocumented_structured_mode(&self) -> Option<Said> {
        Some((Rule::AmlyzeD04, "the event comes in structured mode; AMLYZE documents binary mode"))
    }

    fn resolve(&self, event_type: &str) -> Resolved {
        let name = catalogue::resolve_type(event_type);
        let said = match name {
            Name::Exact(_) => None,
            Name::Alias { info, rule: "D02" } => {
                Some((Rule::AmlyzeD02, format!("misspelt; it is read as {}", info.name).into()))
            }
            Name::Alias { info, .. } => {
                Some((Rule::AmlyzeD01, format!("listed with the other prefix; it is read as {}", info.name).into()))
            }
            _ if event_type.is_empty() => None,
            _ => {
                let (rule, message) = unknown_type(event_type);
                Some((rule, Cow::Borrowed(message)))
            }
        };
        Resolved { event: name.info(), said }
    }

    fn attribute_reading(&self, attribute: Core, rule: Rule) -> Reading {
        match (attribute, rule) {
            // The communication number is the integrator's own text; the vendor's examples are no URI-references either.
            (Core::Source, Rule::CeASource) => Reading::Drop,
            (Core::Time, Rule::CeATime) => {
                Reading::Instead(Rule::AmlyzeD10, "time is no RFC 3339 timestamp; its text is kept")
            }
            (Core::Specversion, Rule::CeA1) => {
                Reading::Instead(Rule::AmlyzeD06, "ce-specversion is missing; 1.0 is assumed")
            }
            (Core::Specversion, Rule::CeASpecversion) => {
                Reading::Instead(Rule::AmlyzeD06, "specversion is not 1.0; the event is read as 1.0")
            }
            _ => Reading::Keep,
        }
    }

    fn undecodable_reading(&self, rule: Rule) -> Reading {
        match rule {
            Rule::CeV5 | Rule::CeV6 | Rule::CeV8 | Rule::CeV9 => Reading::Instead(
                Rule::AmlyzeD34,
                "the value cannot be percent-decoded, so it is kept as received; AMLYZE does not say whether it encodes",
            ),
            _ => Reading::Keep,
        }
    }

    fn is_free_text(&self, attribute: Core) -> bool {
        attribute == Core::Source
    }

    fn look_at_attribute(&self, attribute: Core, value: &str) -> Option<Said> {
        let is_long = || value.len() > MAX_COMMUNICATION_NUMBER && value.chars().count() > MAX_COMMUNICATION_NUMBER;
        match attribute {
            Core::Source if value.is_empty() => {
                Some((Rule::CeASource, "source is empty; AMLYZE puts the communication number there"))
            }
            Core::Source if is_long() => Some((Rule::AmlyzeD09, "a communication number has at most 256 characters")),
            Core::Time if time::parse(value).is_some_and(|time| !time.is_upper_case) => {
                Some((Rule::AmlyzeD10, "time is written with a lower-case t and z"))
            }
            _ => None,
        }
    }

    fn look_at_context(&self, event_type: &str, source: &[u8]) -> Option<(Said, Option<&'static str>)> {
        let is_customer = source == b"customer";
        if event_type == CUSTOMER_UPDATED {
            let said = (Rule::AmlyzeD07, "source of a customer update is the literal customer");
            (!is_customer).then_some((said, Some("customer")))
        } else {
            let said = (Rule::AmlyzeD07, "source is customer where the communication number is documented");
            (is_customer && event_type.starts_with("app.amlyze.")).then_some((said, None))
        }
    }

    fn trailing_comma(&self) -> Option<Said> {
        Some((Rule::AmlyzeD13, "a comma before a closing bracket is no JSON; it is read past"))
    }

    fn object_in_string(&self) -> Option<Said> {
        Some((Rule::AmlyzeD11, "data is a string that holds a JSON object; it is read as that object"))
    }

    fn payload_reading(&self, event_type: &str, violation: &Violation, value: Option<Node<'_, '_>>) -> Reading {
        payload::reading(event_type, violation, value)
    }

    fn is_content_with(&self, event: &EventInfo, context: &EventContext, data: &[u8], record: &Record) -> bool {
        let mut is_content = true;
        payload::look_at(event.name, context, &Members::Captured(data, record), &mut |_| is_content = false);
        is_content
    }

    fn look_at_payload(&self, event: &EventInfo, context: &EventContext, data: &Document<'_>, tell: Tell<'_>) {
        payload::look_at(event.name, context, &Members::Sent(data.root()), tell);
    }

    #[cfg(any(test, feature = "internals"))]
    fn captured(&self, _event: &EventInfo) -> Vec<(&'static str, u8)> {
        slot::OF_THE_ROOT.to_vec()
    }
}

/// What is said about a type that no document lists.
fn unknown_type(event_type: &str) -> Said {
    let rest = event_type.strip_prefix("app.amlyze.").or_else(|| event_type.strip_prefix("com.amlyze."));
    if rest.is_some_and(|rest| rest.starts_with("operation.screening.")) {
        (Rule::AmlyzeD35, "no document names an event for operation screening; it is handed on as an unknown type")
    } else {
        (Rule::AmlyzeD03, "no document lists this event type; it is handed on as an unknown type")
    }
}
