//! What Dataspike's documents say about payloads.

use memchr::memchr_iter;

use super::slot;
use crate::json::{Decimal, Document, Kind, Node};
use crate::rule::Rule;
use crate::schema::onepass::Record;
use crate::schema::{At, Violation};
use crate::vendors::{Reading, Remark, Tell, check_spellings};

pub(super) fn reading(violation: &Violation, value: Option<Node<'_, '_>>) -> Reading {
    let Some(value) = value else { return Reading::Keep };
    let name = value.name().unwrap_or_default();
    let kind = value.kind();
    match (violation.rule, name.as_ref()) {
        (Rule::SchemaRequired, _) if value.is_root() => match violation.missing.as_deref() {
            Some("webhook_id") => Reading::Instead(
                Rule::DataspikeEnvelope,
                "webhook_id is missing, which every document shows; the id alone tells duplicates then",
            ),
            Some("timestamp") => {
                Reading::Instead(Rule::DataspikeEnvelope, "timestamp is missing, which every document shows")
            }
            _ => Reading::Keep,
        },
        (Rule::SchemaRequired, _) if violation.missing.as_deref() == Some("status") && is_check(value) => {
            Reading::Instead(Rule::Dataspike11, "the check has no status, which makes it neither passed nor failed")
        }
        (Rule::SchemaType | Rule::SchemaEnum, "status")
            if kind == Kind::Null && value.parent().is_some_and(is_check) =>
        {
            Reading::Instead(Rule::Dataspike11, "the check's status is null, which makes it neither passed nor failed")
        }
        (Rule::SchemaUnknown, "erros") if is_list_of(value, &CHECK_ERROR) => {
            Reading::Instead(Rule::Dataspike1, "spelt erros, as in the vendor's table; it is read as errors")
        }
        (Rule::SchemaUnknown, "erros") => {
            Reading::Instead(Rule::SchemaType, "spelt erros, and no list of errors as under the documented spelling")
        }
        (Rule::SchemaUnknown, "doc_number" | "document_type")
            if value.parent().is_some_and(|parent| parent.is_at(&["payload", "poi_data"])) =>
        {
            if matches!(kind, Kind::String | Kind::Null) {
                Reading::Instead(
                    Rule::Dataspike23,
                    "an older name, as in the JavaScript SDK; it is read as document_number or parsed_type",
                )
            } else {
                Reading::Instead(Rule::SchemaType, "expected string, as under the current name")
            }
        }
        (Rule::SchemaUnknown, "manual_fields_settings") => {
            Reading::Instead(Rule::Dataspike49, "spelt as in the JavaScript SDK; it is read as manual_field_settings")
        }
        (Rule::SchemaType, "risk_score") if kind == Kind::String => Reading::Instead(
            Rule::Dataspike7,
            "a string where an object with a type is documented; it is read as that type",
        ),
        (Rule::SchemaType, "published_at") if kind == Kind::String => {
            Reading::Instead(Rule::Dataspike29, "text where seconds since 1970 are documented; the text is kept")
        }
        (Rule::SchemaType, "contact_info") if kind == Kind::Object && is_made_of(value, &CONTACT_INFO) => {
            Reading::Instead(Rule::Dataspike28, "one object where a list is documented; it is read as a list of one")
        }
        (Rule::SchemaType, "media") if kind == Kind::Object && is_made_of(value, &MEDIA) => {
            Reading::Instead(Rule::Dataspike28, "one object where a list is documented; it is read as a list of one")
        }
        _ => Reading::Keep,
    }
}

/// Whether the envelope lacks a member without which there is no event to read.
pub(super) fn is_needed(violation: &Violation, value: Option<Node<'_, '_>>) -> bool {
    violation.rule == Rule::SchemaRequired
        && value.is_some_and(Node::is_root)
        && matches!(violation.missing.as_deref(), Some("id" | "event_type" | "payload"))
}

/// What the catalogue reads a member as.
#[derive(Clone, Copy)]
enum Member {
    Text,
    Texts,
    Number,
    Whole,
    WholeOrText,
}

impl Member {
    fn takes(self, value: Node<'_, '_>) -> bool {
        match (self, value.kind()) {
            (_, Kind::Null) | (Self::Text | Self::WholeOrText, Kind::String) | (Self::Number, Kind::Number) => true,
            (Self::Texts, Kind::Array) => value.children().all(|item| item.kind() == Kind::String),
            (Self::Whole | Self::WholeOrText, Kind::Number) => {
                Decimal::read(value.raw()).is_some_and(|number| number.is_integer())
            }
            _ => false,
        }
    }
}

// Of `hookvet_catalogue::dataspike`, for values that no schema has looked at; a test compares them with those types. Reading the
// types themselves would bring the whole of serde into the WebAssembly module.
const CHECK_ERROR: [(&str, Member); 2] = [("code", Member::Whole), ("message", Member::Text)];
const CONTACT_INFO: [(&str, Member); 3] =
    [("emails", Member::Texts), ("phones", Member::Texts), ("websites", Member::Texts)];
const MEDIA: [(&str, Member); 10] = [
    ("source_name", Member::Text),
    ("source_url", Member::Text),
    ("headline", Member::Text),
    ("summary", Member::Text),
    ("published_at", Member::WholeOrText),
    ("risk_score", Member::Text),
    ("importance_score", Member::Number),
    ("sentiment", Member::Number),
    ("tags", Member::Texts),
    ("country_codes", Member::Texts),
];

/// Whether a value is an object that can be read, member by member.
fn is_made_of(value: Node<'_, '_>, members: &[(&str, Member)]) -> bool {
    let is_read = |child: Node<'_, '_>| {
        let name = child.name().unwrap_or_default();
        members.iter().find(|(other, _)| *other == name).is_none_or(|(_, member)| member.takes(child))
    };
    value.kind() == Kind::Object && value.children().all(is_read)
}

/// Whether a value is a list of such objects, or null.
fn is_list_of(value: Node<'_, '_>, members: &[(&str, Member)]) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::Array => value.children().all(|item| is_made_of(item, members)),
        _ => false,
    }
}

/// Whether a value of an envelope is a check.
fn is_check(value: Node<'_, '_>) -> bool {
    value.parent().is_some_and(|parent| parent.is_at(&["payload", "checks"])) || value.is_at(&["payload", "result"])
}

/// Whether [`look_at`] may have to say something about a delivery that its schema is content with. Errs on the
/// side of looking.
pub(super) fn needs_document(type_name: &str, envelope: &[u8], record: &Record) -> bool {
    if record.get(slot::PAYLOAD).is_none_or(|payload| payload.is_empty) {
        return true;
    }
    let nested = record.get(slot::NESTED);
    match type_name {
        "AML" => true,
        // A member with a name of old.
        "AML_SCREENING" => nested.is_some(),
        "DOCVER" | "DOCVER_CHECKS" => {
            // What a check extracted; no schema names what is in there.
            let Some(data) = nested else { return false };
            let data_on = envelope.get(data.start..).unwrap_or_default();
            data.kind == Kind::Array
                || MRZ_NAMES.iter().any(|(_, older, _)| holds(data_on, older.as_bytes()))
                // Any character of a name may be escaped.
                || holds(data_on, b"\\u")
        }
        _ => false,
    }
}

/// Whether `word` stands somewhere in `text`. Its capital or backslash, which is rare, is looked for.
fn holds(text: &[u8], word: &[u8]) -> bool {
    let Some(rare) = word.iter().position(|byte| !byte.is_ascii_lowercase()) else { return false };
    let is_there = |at: usize| text.get(at.wrapping_sub(rare)..).is_some_and(|text| text.starts_with(word));
    memchr_iter(word[rare], text).any(is_there)
}

/// What a schema cannot say about a delivery whose type is documented.
pub(super) fn look_at(type_name: &str, envelope: &Document<'_>, tell: Tell<'_>) {
    if type_name == "AML" {
        let message = "the older name of AML_SCREENING; the payload is taken by its shape";
        tell(Remark::new(Rule::Dataspike2, envelope.root().get("event_type").map(Node::start), message));
    }
    let Some(payload) = envelope.root().get("payload").filter(|payload| payload.kind() == Kind::Object) else { return };
    if payload.children().next().is_none() {
        let message = "the payload is empty: a test event from the dashboard, nothing to process";
        tell(Remark::new(Rule::DataspikeTest, Some(payload.start()), message));
        return;
    }
    match type_name {
        "DOCVER" => {
            for check in payload.get("checks").into_iter().flat_map(Node::children) {
                look_at_check(check, check.name().as_deref() == Some(MRZ_CHECK), tell);
            }
            if let Some(read) = payload.get("poi_data") {
                check_names(read, &POI_NAMES, tell);
            }
            if let Some(settings) = payload.get("settings") {
                check_names(settings, &SETTINGS_NAMES, tell);
            }
        }
        "DOCVER_CHECKS" => {
            let is_mrz = payload.get("step").and_then(Node::text).as_deref() == Some(MRZ_CHECK);
            if let Some(check) = payload.get("result") {
                look_at_check(check, is_mrz, tell);
            }
        }
        "AML_SCREENING" | "AML" => look_at_screening(payload, tell),
        _ => {}
    }
}

/// The current name of a member, the older one that is read as well, and the rule about that.
type Names = (&'static str, &'static str, Rule);

const POI_NAMES: [Names; 2] =
    [("parsed_type", "document_type", Rule::Dataspike23), ("document_number", "doc_number", Rule::Dataspike23)];

const SETTINGS_NAMES: [Names; 1] = [("manual_field_settings", "manual_fields_settings", Rule::Dataspike49)];

const CHECK_NAMES: [Names; 1] = [("errors", "erros", Rule::Dataspike1)];

const MRZ_NAMES: [Names; 4] = [
    ("document_type", "documentType", Rule::Dataspike23),
    ("doc_number", "docNumber", Rule::Dataspike23),
    ("birth_date", "birthDate", Rule::Dataspike23),
    ("expiry_date", "expiryDate", Rule::Dataspike23),
];

const COMPANY_NAMES: [Names; 1] = [("reference", "ref", Rule::Dataspike30)];

const SCREENING_NAMES: [Names; 1] = [("search_response", "search_result", Rule::Dataspike6)];

/// Reports each member that stands there under both names with different values.
fn check_names(object: Node<'_, '_>, names: &[Names], tell: Tell<'_>) {
    for (own, older, rule) in names {
        check_spellings(object, own, |name| name == *older, *rule, tell);
    }
}

/// The check whose data is the machine-readable zone of a document.
const MRZ_CHECK: &str = "document_mrz";

fn look_at_check(check: Node<'_, '_>, is_mrz: bool, tell: Tell<'_>) {
    if check.kind() != Kind::Object {
        return;
    }
    check_names(check, &CHECK_NAMES, tell);
    let Some(data) = check.get("data") else { return };
    if data.kind() == Kind::Array {
        let message = "a list, as in the first documents; an empty one is read as no data";
        tell(Remark::new(Rule::Dataspike20, Some(data.start()), message));
    }
    if is_mrz {
        let zone = data.get("mrz").unwrap_or(data);
        for member in zone.children() {
            if member.name().is_some_and(|name| MRZ_NAMES.iter().any(|(_, older, _)| *older == name)) {
                let message = "spelt in camelCase, as in the first documents; it is read in snake_case";
                tell(Remark::new(Rule::Dataspike23, Some(member.start()), message));
            }
        }
        check_names(zone, &MRZ_NAMES, tell);
    }
}

fn look_at_screening(screening: Node<'_, '_>, tell: Tell<'_>) {
    let is_there = |result: &Node<'_, '_>| result.kind() != Kind::Null;
    let older = screening.get("search_result").filter(is_there);
    if let Some(result) = older {
        let message = "called search_result, as in the vendor's samples; it is read as search_response";
        tell(Remark::new(Rule::Dataspike6, Some(result.start()), message));
    }
    check_names(screening, &SCREENING_NAMES, tell);
    let result = screening.get("search_response").filter(is_there).or(older);
    let Some(records) = result.and_then(|result| result.get("data")) else { return };
    for fields in records.children().filter_map(|record| record.get("fields")) {
        for list in ["companies_and_enterprises", "owners_and_beneficiaries"] {
            for company in fields.get(list).into_iter().flat_map(Node::children) {
                if let Some(reference) = company.get("ref") {
                    let message = "called ref, as in the Python SDK; it is read as reference";
                    tell(Remark::new(Rule::Dataspike30, Some(reference.start()), message));
                }
                check_names(company, &COMPANY_NAMES, tell);
            }
        }
    }
}

/// Checks the envelope of a type without a schema: what has to be there to hand it on, and that the rest can be read.
pub(super) fn check_envelope(envelope: &Document<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    for (name, kind, is_needed) in [
        ("id", Kind::String, true),
        ("webhook_id", Kind::String, false),
        ("event_type", Kind::String, true),
        ("timestamp", Kind::String, false),
        ("payload", Kind::Object, true),
    ] {
        match envelope.root().get(name) {
            None if is_needed => found.push(Violation::missing(At::Offset(envelope.root().start()), name)),
            Some(value) if value.kind() != kind && (is_needed || value.kind() != Kind::Null) => {
                let message = format!("expected {}, but found {}", kind.name(), value.kind().name());
                let violation = Violation::new(At::Offset(value.start()), Rule::SchemaType, message);
                found.push(violation.expected(kind.name()));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use hookvet_catalogue::dataspike::{CheckError, ContactInfo, Media};

    use super::*;

    const VALUES: [&str; 16] = [
        "null",
        "true",
        "0",
        "-7",
        "1.5",
        "3.0",
        "1e3",
        "9007199254740992.0",
        "9223372036854775807",
        "1e300",
        "\"\"",
        "\"Finance\"",
        "[]",
        "[\"a\"]",
        "[null]",
        "{}",
    ];

    /// Every member with every kind of value, and what the catalogue's types make of it.
    #[test]
    fn members_are_read_as_the_catalogue_reads_them() {
        let names = CHECK_ERROR.iter().chain(&CONTACT_INFO).chain(&MEDIA).map(|(name, _)| *name).chain(["other"]);
        for (name, value) in names.flat_map(|name| VALUES.map(|value| (name, value))) {
            let text = format!("{{\"{name}\":{value}}}");
            let list = format!("[{text}]");
            let document = Document::of(text.as_bytes());
            let errors = Document::of(list.as_bytes());
            let root = document.root();
            let is_contact = serde_json::from_str::<ContactInfo>(&text).is_ok();
            assert_eq!(is_made_of(root, &CONTACT_INFO), is_contact, "{text}");
            assert_eq!(is_made_of(root, &MEDIA), serde_json::from_str::<Media>(&text).is_ok(), "{text}");
            let is_errors = serde_json::from_str::<Option<Vec<CheckError>>>(&list).is_ok();
            assert_eq!(is_list_of(errors.root(), &CHECK_ERROR), is_errors, "{list}");
        }
    }
}
