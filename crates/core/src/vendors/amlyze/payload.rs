//! What AMLYZE's documents say about payloads.

use std::borrow::Cow;

use hookvet_catalogue::is_date;

use super::{CUSTOMER_UPDATED, slot};
use crate::json::{Kind, Node, unescape};
use crate::rule::Rule;
use crate::schema::Violation;
use crate::schema::onepass::Record;
use crate::vendors::{Reading, Remark, Tell, check_spellings};
use crate::verdict::EventContext;

const RETROSPECTIVE_COMPLETED: &str = "com.amlyze.customer.riskmanagement.retrospective.completed";
const CUSTOMER_ID: &str = "customerExternalId";
const FLAGS: [&str; 4] = ["sanctioned", "pep", "inAdverseMedia", "inInternalList"];
const DECISIONS: [&str; 4] = ["ACCEPTED", "REJECTED", "SUSPICIOUS", "NON_SUSPICIOUS"];

pub(super) fn reading(type_name: &str, violation: &Violation, value: Option<Node<'_, '_>>) -> Reading {
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
        Rule::SchemaFormat if matches!(name, "updatedAt" | "approvedAt") && text.as_deref().is_some_and(is_date) => {
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
pub(super) enum Members<'p> {
    /// As the pass has captured it: every member is one that the schema lists.
    Captured(&'p [u8], &'p Record),
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
            Self::Captured(bytes, record) => {
                let span = record.get(slot)?;
                Some(Member { kind: span.kind, start: span.start, raw: bytes.get(span.start..span.end)? })
            }
            Self::Sent(root) => {
                let names = slot::OF_THE_ROOT.iter().filter(|(_, other)| *other == slot);
                names.filter_map(|(name, _)| root.get(name)).min_by_key(|node| node.start()).map(Member::from)
            }
        }
    }

    /// The customer's id as readers take it, under whichever spelling it came.
    fn customer_id(&self, type_name: &str, tell: Tell<'_>) -> Option<Member<'p>> {
        match self {
            Self::Captured(..) => self.get(slot::CUSTOMER_EXTERNAL_ID),
            Self::Sent(root) => {
                let is_id = |name: &str| name.eq_ignore_ascii_case(CUSTOMER_ID);
                check_spellings(*root, id_of(type_name)?, is_id, Rule::AmlyzeD14, tell).map(Member::from)
            }
        }
    }
}

/// What a schema cannot say about a payload.
#[inline]
pub(super) fn look_at(type_name: &str, context: &EventContext, members: &Members<'_>, tell: Tell<'_>) {
    if matches!(members, Members::Sent(root) if root.kind() != Kind::Object) {
        return;
    }
    let is_update = type_name == CUSTOMER_UPDATED;
    if is_update || matches!(members, Members::Sent(_)) {
        let id = members.customer_id(type_name, tell);
        if is_update {
            look_at_customer_update(context.subject(), members, id, tell);
        }
    }
    if let Some(word) = members.get(slot::DECISION_TYPE)
        && is_retrospective(type_name)
        && word.text().is_some_and(|text| text != text.trim() && DECISIONS.contains(&text.trim()))
    {
        tell(Remark::new(Rule::AmlyzeD20, Some(word.start), "the word has spaces around it; it is read without them"));
    }
    // Where the schema lists the member, the event is a screening.
    if let Some(matched) = members.get(slot::SCREENING_MATCH)
        && (matches!(members, Members::Captured(..)) || has_word(type_name, "screening"))
    {
        look_at_screening(type_name, members, matched, tell);
    }
}

fn missing(member: &'static str, message: &'static str) -> Remark {
    Remark { member: Some(member), ..Remark::new(Rule::AmlyzeD25, None, message) }
}

/// `id` is the member that counts as the customer's id.
fn look_at_customer_update(subject: Option<&str>, members: &Members<'_>, id: Option<Member<'_>>, tell: Tell<'_>) {
    match id {
        None => tell(missing(
            "customerExternalID",
            "customerExternalID is missing, as in the oldest examples; the subject stands in for it",
        )),
        Some(id) if id.text().is_some_and(|id| subject.is_some_and(|subject| subject != id)) => {
            let message = "differs from the event's subject, which it should equal";
            tell(Remark::new(Rule::AmlyzeD14, Some(id.start), message));
        }
        Some(_) => {}
    }
    let mut is_missing = members.get(slot::UPDATED_AT).is_none();
    if let Members::Sent(root) = members {
        check_spellings(*root, "updatedAt", |name| name == "updateAt", Rule::AmlyzeD15, tell);
        is_missing &= root.get("updateAt").is_none();
    }
    if is_missing {
        tell(missing(
            "updatedAt",
            "updatedAt is missing, as in the oldest examples; the event's time stands in for it",
        ));
    }
}

fn look_at_screening(type_name: &str, members: &Members<'_>, matched: Member<'_>, tell: Tell<'_>) {
    let flags = [slot::SANCTIONED, slot::PEP, slot::IN_ADVERSE_MEDIA, slot::IN_INTERNAL_LIST];
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
        && let Some(guid) = members.get(slot::SCREENING_GUID)
        && guid.kind != Kind::Null
    {
        tell(Remark::new(Rule::AmlyzeD18, Some(guid.start), "sent without a match, which no document shows"));
    }
}
