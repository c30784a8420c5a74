//! What the test files share: reading cases.

/// The README's example, compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The page about events of one's own, likewise.
#[cfg(doctest)]
#[doc = include_str!("../../docs/own-events.md")]
pub struct OwnEvents;

pub mod problems;
pub mod rules_page;
pub mod samples;
pub mod wire;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hookvet::{Verdict, Vetter};
use serde_json::Value;

/// The folder of the cases.
#[must_use]
pub fn cases_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// A list of cases from a file in that folder.
///
/// # Panics
/// Where the file is not there or holds no list.
#[must_use]
pub fn cases(file: &str) -> Vec<Value> {
    let path = cases_dir().join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    match serde_json::from_str(&text) {
        Ok(Value::Array(cases)) => cases,
        other => panic!("{}: expected a list of cases, got {other:?}", path.display()),
    }
}

/// A member of a case that must be a string.
///
/// # Panics
/// Where it is none.
#[must_use]
pub fn text<'c>(case: &'c Value, member: &str) -> &'c str {
    case[member].as_str().unwrap_or_else(|| panic!("{member} of {case}"))
}

/// The headers of a case as octets.
///
/// # Panics
/// Where they are not [name, value] pairs of Latin-1 text.
#[must_use]
pub fn headers(case: &Value) -> Vec<(String, Vec<u8>)> {
    let pairs = case["headers"].as_array().unwrap_or_else(|| panic!("headers of {case}"));
    pairs
        .iter()
        .map(|pair| {
            let (name, value) = (pair[0].as_str().expect("a name"), pair[1].as_str().expect("a value"));
            (name.to_owned(), value.chars().map(|octet| u8::try_from(u32::from(octet)).expect("Latin-1")).collect())
        })
        .collect()
}

/// The verdict on a case with `headers`, and a body.
pub fn vet(vetter: &Vetter, case: &Value, body: &[u8], now: u64) -> Verdict {
    vetter.vet(headers(case).iter().map(|(name, value)| (name, value)), body, now)
}

/// The body of a case as bytes.
///
/// # Panics
/// Where `body_base64` is no Base64.
#[must_use]
pub fn body(case: &Value) -> Vec<u8> {
    match case["body_base64"].as_str() {
        Some(encoded) => STANDARD.decode(encoded).expect("Base64"),
        None => case["body"].as_str().unwrap_or_default().as_bytes().to_vec(),
    }
}

/// Members under the other spellings that the vendors' sources have.
pub const SPELLINGS: [(&str, &str); 14] = [
    ("customerExternalID", "customerExternalId"),
    ("customerExternalId", "customerExternalID"),
    ("externalId", "customerExternalId"),
    ("updateAt", "updatedAt"),
    ("updatedAt", "updateAt"),
    ("errors", "erros"),
    ("search_result", "search_response"),
    ("search_response", "search_result"),
    ("document_number", "doc_number"),
    ("parsed_type", "document_type"),
    ("doc_number", "docNumber"),
    ("birth_date", "birthDate"),
    ("reference", "ref"),
    ("manual_field_settings", "manual_fields_settings"),
];

/// Every JSON Pointer into `value`, the root first.
#[must_use]
pub fn positions(value: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: &str, found: &mut Vec<String>) {
        found.push(pointer.to_owned());
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    walk(value, &format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")), found);
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    walk(value, &format!("{pointer}/{at}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(value, "", &mut found);
    found
}
