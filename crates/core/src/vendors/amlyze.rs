//! AMLYZE: the places D01 to D35 where its documents disagree, each with the reading that loses nothing.

use std::borrow::Cow;

use super::{Reading, Remark, Tell, check_spellings};
use crate::cloudevents::attributes::Core;
use crate::cloudevents::time;
use crate::json::{Kind, Node, unescape};
use crate::rule::Rule;
use crate::schema::Violation;
use crate::schema::onepass::{Record, watch};

const CUSTOMER_UPDATED: &str = "com.amlyze.customer.updated";
const RETROSPECTIVE_COMPLETED: &str = "com.amlyze.customer.riskmanagement.retrospective.completed";
const CUSTOMER_ID: &str = "customerExternalId";
const FLAGS: [&str; 4] = ["sanctioned", "pep", "inAdverseMedia", "inInternalList"];
const DECISIONS: [&str; 4] = ["ACCEPTED", "REJECTED", "SUSPICIOUS", "NON_SUSPICIOUS"];

/// What is said about a time as AMLYZE's own example writes it.
pub(crate) const LOWER_CASE_TIME: &str = "time is written with a lower-case t and z";

/// Longest communication number that any document allows, in characters.
const MAX_COMMUNICATION_NUMBER: usize = 256;

pub(super) fn header_reading(core: Core, rule: Rule) -> Reading {
    match (core, rule) {
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

pub(super) fn undecodable_header(rule: Rule) -> Reading {
    match rule {
        Rule::CeV5 | Rule::CeV6 | Rule::CeV8 | Rule::CeV9 => Reading::Instead(
            Rule::AmlyzeD34,
            "the value cannot be percent-decoded, so it is kept as received; AMLYZE does not say whether it encodes",
        ),
        _ => Reading::Keep,
    }
}

pub(super) fn look_at_header(core: Core, value: &str, add: &mut dyn FnMut(Rule, &'static str)) {
    match core {
        Core::Source if value.is_empty() => {
            add(Rule::CeASource, "source is empty; AMLYZE puts the communication number there");
        }
        Core::Source if value.len() > MAX_COMMUNICATION_NUMBER && value.chars().count() > MAX_COMMUNICATION_NUMBER => {
            add(Rule::AmlyzeD09, "a communication number has at most 256 characters");
        }
        Core::Time if time::parse(value).is_some_and(|time| !time.is_upper_case) => {
            add(Rule::AmlyzeD10, LOWER_CASE_TIME);
        }
        _ => {}
    }
}

/// Rules about the attributes together, once all of them are known.
pub(crate) fn look_at_context(type_name: &str, source: &[u8]) -> Option<(Rule, &'static str)> {
    if type_name == CUSTOMER_UPDATED {
        (source != b"customer").then_some((Rule::AmlyzeD07, "source of a customer update is the literal customer"))
    } else {
        (source == b"customer" && type_name.starts_with("app.amlyze."))
            .then_some((Rule::AmlyzeD07, "source is customer where the communication number is documented"))
    }
}

/// The rule and message for a type that no document lists.
pub(crate) fn unknown_type(type_name: &str) -> (Rule, &'static str) {
    let rest = type_name.strip_prefix("app.amlyze.").or_else(|| type_name.strip_prefix("com.amlyze."));
    if rest.is_some_and(|rest| rest.starts_with("operation.screening.")) {
        (Rule::AmlyzeD35, "no document names an event for operation screening; it is handed on as an unknown type")
    } else {
        (Rule::AmlyzeD03, "no document lists this event type; it is handed on as an unknown type")
    }
}

pub(super) fn payload_reading(type_name: &str, violation: &Violation, value: Option<Node<'_, '_>>) -> Reading {
    let Some(value) = value else { return Reading::Keep };
    if violation.rule == Rule::SchemaRequired && value.is_root() {
        return missing_member(violation.missing.as_deref().unwrap_or_default(), value);
    }
    // Every documented member stands at the top.
    let Some(name) = value.name().filter(|_| value.parent().is_some_and(Node::is_root)) else { return Reading::Keep };
    let name = name.as_ref();
    let text = value.text();
    match violation.rule {
        Rule::SchemaUnknown if type_name == CUSTOMER_UPDATED && name == "updateAt" => {
            spelling(value, Rule::AmlyzeD15, "spelt updateAt, as in the vendor's example; it is read as updatedAt")
        }
        Rule::SchemaUnknown if name.eq_ignore_ascii_case(CUSTOMER_ID) => {
            spelling(value, Rule::AmlyzeD14, "not the spelling listed for this event; it is read as the customer's id")
        }
        Rule::SchemaType | Rule::SchemaEnum | Rule::SchemaFormat
            if is_nothing(value, text.as_deref(), name) && !is_required(type_name, name) =>
        {
            Reading::Instead(Rule::AmlyzeD26, "an optional member without a value; it is read as absent")
        }
        Rule::SchemaType if FLAGS.contains(&name) && matches!(text.as_deref(), Some("true" | "false")) => {
            Reading::Instead(Rule::AmlyzeD16, "a flag as a string; it is read as the boolean")
        }
        Rule::SchemaType if name == "decisionGroundCode" && value.kind() == Kind::Number => {
            Reading::Instead(Rule::AmlyzeD21, "a number where text is documented; leading zeros may be lost")
        }
        Rule::SchemaEnum if name == "decisionType" => match text.as_deref() {
            Some(word) if word != word.trim() && decisions(type_name).contains(&word.trim()) => {
                Reading::Instead(Rule::AmlyzeD20, "the word has spaces around it; it is read without them")
            }
            Some(_) if is_retrospective(type_name) => Reading::Instead(
                Rule::AmlyzeD20,
                "not one of ACCEPTED, REJECTED, SUSPICIOUS and NON_SUSPICIOUS; the list is not documented, so it is kept",
            ),
            _ => Reading::Keep,
        },
        Rule::SchemaEnum if name == "type" && text.is_some() => {
            Reading::Instead(Rule::AmlyzeD23, "not one of INDIVIDUAL, ORGANIZATION and UNKNOWN; the word is kept")
        }
        Rule::SchemaFormat
            if matches!(name, "updatedAt" | "approvedAt") && text.as_deref().is_some_and(time::is_date) =>
        {
            Reading::Instead(Rule::AmlyzeD29, "a bare date where a timestamp is documented; it is kept as it is")
        }
        _ => Reading::Keep,
    }
}

/// Another spelling of a text is read as that text, so it has to be one.
fn spelling(value: Node<'_, '_>, rule: Rule, message: &'static str) -> Reading {
    if matches!(value.kind(), Kind::String | Kind::Null) {
        Reading::Instead(rule, message)
    } else {
        Reading::Instead(Rule::SchemaType, "expected string, as under the documented spelling")
    }
}

/// The id of a customer is read under every spelling, and the spelling is reported where it stands.
fn missing_member(name: &str, root: Node<'_, '_>) -> Reading {
    let is_id = name.eq_ignore_ascii_case(CUSTOMER_ID) || name == "externalId";
    let stands_in = |member: Node<'_, '_>| {
        member.name().is_some_and(|name| name.eq_ignore_ascii_case(CUSTOMER_ID)) && member.kind() == Kind::String
    };
    if is_id && root.children().any(stands_in) { Reading::Drop } else { Reading::Keep }
}

/// The words that `decisionType` may have.
fn decisions(type_name: &str) -> &'static [&'static str] {
    if is_retrospective(type_name) { &DECISIONS } else { &DECISIONS[..2] }
}

/// Null, or for a flag also the empty text.
fn is_nothing(value: Node<'_, '_>, text: Option<&str>, name: &str) -> bool {
    value.kind() == Kind::Null || (text == Some("") && FLAGS.contains(&name))
}

/// The documented name of the customer's id in an event's payload; `None` where the payload has none.
fn id_of(type_name: &str) -> Option<&'static str> {
    if type_name == CUSTOMER_UPDATED {
        Some("customerExternalID")
    } else if is_retrospective(type_name) || has_word(type_name, "related_entity") {
        Some(CUSTOMER_ID)
    } else {
        has_word(type_name, "screening").then_some("externalId")
    }
}

fn is_retrospective(type_name: &str) -> bool {
    type_name == RETROSPECTIVE_COMPLETED
}

/// Whether one of the words between the dots of a type's name is this one.
fn has_word(type_name: &str, word: &str) -> bool {
    type_name.split('.').any(|part| part == word)
}

/// Whether a document marks the member as required and no example leaves it out.
fn is_required(type_name: &str, name: &str) -> bool {
    if type_name == CUSTOMER_UPDATED || is_retrospective(type_name) {
        return false;
    }
    match name {
        "initialRiskLevel" | "finalRiskLevel" | "decisionType" | "customerExternalId" => true,
        "externalId" => !has_word(type_name, "related_entity"),
        "screeningMatch" => type_name.ends_with(".completed"),
        _ => false,
    }
}

/// The top of a payload, where all documented members stand.
pub(crate) enum Members<'p> {
    /// As the pass has caught it: every member is one that the schema lists.
    Caught(&'p [u8], &'p Record),
    /// As the sender wrote it, other spellings included.
    Sent(Node<'p, 'p>),
}

/// A member's value.
#[derive(Clone, Copy)]
struct Member<'p> {
    kind: Kind,
    start: usize,
    /// Of a string all of it, with its quotes.
    raw: &'p [u8],
}

impl<'p> Member<'p> {
    fn text(self) -> Option<Cow<'p, str>> {
        let inner = self.raw.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
        if self.kind == Kind::String { inner.map(unescape) } else { None }
    }
}

impl<'p> From<Node<'p, 'p>> for Member<'p> {
    fn from(node: Node<'p, 'p>) -> Self {
        Self { kind: node.kind(), start: node.start(), raw: node.raw() }
    }
}

impl<'p> Members<'p> {
    fn get(&self, slot: u8) -> Option<Member<'p>> {
        match self {
            Self::Caught(bytes, record) => {
                let span = record.get(slot)?;
                Some(Member { kind: span.kind, start: span.start, raw: bytes.get(span.start..span.end)? })
            }
            Self::Sent(root) => {
                let names = watch::OF_AMLYZE.iter().filter(|(_, other)| *other == slot);
                names.filter_map(|(name, _)| root.get(name)).min_by_key(|node| node.start()).map(Member::from)
            }
        }
    }

    /// The customer's id as readers take it, under whichever spelling it came.
    fn customer_id(&self, type_name: &str, tell: Tell<'_>) -> Option<Member<'p>> {
        match self {
            Self::Caught(..) => self.get(watch::CUSTOMER_EXTERNAL_ID),
            Self::Sent(root) => {
                let is_id = |name: &str| name.eq_ignore_ascii_case(CUSTOMER_ID);
                check_spellings(*root, id_of(type_name)?, is_id, Rule::AmlyzeD14, tell).map(Member::from)
            }
        }
    }
}

/// What a schema cannot say about a payload. `subject` is the decoded attribute.
#[inline]
pub(crate) fn look_at_payload(type_name: &str, subject: Option<&str>, members: &Members<'_>, tell: Tell<'_>) {
    if matches!(members, Members::Sent(root) if root.kind() != Kind::Object) {
        return;
    }
    let is_update = type_name == CUSTOMER_UPDATED;
    if is_update || matches!(members, Members::Sent(_)) {
        let id = members.customer_id(type_name, tell);
        if is_update {
            look_at_customer_update(subject, members, id, tell);
        }
    }
    if let Some(word) = members.get(watch::DECISION_TYPE)
        && is_retrospective(type_name)
        && word.text().is_some_and(|text| text != text.trim() && DECISIONS.contains(&text.trim()))
    {
        tell(Remark::new(Rule::AmlyzeD20, Some(word.start), "the word has spaces around it; it is read without them"));
    }
    // Where the schema lists the member, the event is a screening.
    if let Some(matched) = members.get(watch::SCREENING_MATCH)
        && (matches!(members, Members::Caught(..)) || has_word(type_name, "screening"))
    {
        look_at_screening(type_name, members, matched, tell);
    }
}

/// `id` is the member that counts as the customer's id.
fn look_at_customer_update(subject: Option<&str>, members: &Members<'_>, id: Option<Member<'_>>, tell: Tell<'_>) {
    match id {
        None => tell(Remark::new(
            Rule::AmlyzeD25,
            None,
            "customerExternalID is missing, as in the oldest examples; the subject stands in for it",
        )),
        Some(id) if id.text().is_some_and(|id| subject.is_some_and(|subject| subject != id)) => {
            let message = "differs from the event's subject, which it should equal";
            tell(Remark::new(Rule::AmlyzeD14, Some(id.start), message));
        }
        Some(_) => {}
    }
    let mut is_missing = members.get(watch::UPDATED_AT).is_none();
    if let Members::Sent(root) = members {
        check_spellings(*root, "updatedAt", |name| name == "updateAt", Rule::AmlyzeD15, tell);
        is_missing &= root.get("updateAt").is_none();
    }
    if is_missing {
        tell(Remark::new(
            Rule::AmlyzeD25,
            None,
            "updatedAt is missing, as in the oldest examples; the event's time stands in for it",
        ));
    }
}

fn look_at_screening(type_name: &str, members: &Members<'_>, matched: Member<'_>, tell: Tell<'_>) {
    let flags = [watch::SANCTIONED, watch::PEP, watch::IN_ADVERSE_MEDIA, watch::IN_INTERNAL_LIST];
    let is_flag = |value: &Member<'_>| value.kind != Kind::Null && value.raw != b"\"\"";
    let has_flag = flags.into_iter().filter_map(|flag| members.get(flag)).any(|value| is_flag(&value));
    let is_completed = type_name.ends_with(".completed");
    let contradiction = match (matched.kind, is_completed, has_flag) {
        (Kind::False, false, _) => "false on a pending screening, which waits for a decision about a match",
        (Kind::False, true, true) => "false, and yet there is a decision about a match",
        (Kind::True, true, false) => "true, but the decision is missing; treat the screening as undecided",
        _ => "",
    };
    if !contradiction.is_empty() {
        tell(Remark::new(Rule::AmlyzeDecision, Some(matched.start), contradiction));
    }
    if matched.kind == Kind::False
        && let Some(guid) = members.get(watch::SCREENING_GUID)
        && guid.kind != Kind::Null
    {
        tell(Remark::new(Rule::AmlyzeD18, Some(guid.start), "sent without a match, which no document shows"));
    }
}
