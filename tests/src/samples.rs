//! Deliveries as the vendors document them, for tests that only need some.

use hookvet::Vetter;

/// The headers of the example on AMLYZE's webhook page, the length left out, since the one that is printed there does
/// not fit, and the time in capitals, so that there is nothing to be found.
pub const AMLYZE_HEADERS: [(&str, &str); 7] = [
    ("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c"),
    ("ce-source", "cef8654f-9885-4e61-b8e9-132b607ab6a4"),
    ("ce-specversion", "1.0"),
    ("ce-subject", "dea0bcc0-52d2-4f82-bc46-6f87288939b5"),
    ("ce-time", "2026-03-10T12:53:45.85Z"),
    ("ce-type", "app.amlyze.related_entity.screening.sanctions.pending"),
    ("content-type", "application/json"),
];

/// Its body, as printed.
pub const AMLYZE_BODY: &str = r#"{
  "customerExternalId": "78395a1c-272b-4263-ab9a-be5fe24055c5",
  "externalId": "dea0bcc0-52d2-4f82-bc46-6f87288939b5",
  "establishmentDate": "1998-04-07",
  "type": "ORGANIZATION",
  "title": "Sputnik",
  "nationalCode": "554555447884557",
  "relationCode": "OWNER",
  "countryCode": "RU",
  "screeningMatch": true,
  "screeningGuid": "20642e48-8251-47e3-a363-d857343ee171"
}"#;

/// A vetter for it with the settings that one starts with.
///
/// # Panics
/// Never: the settings fit together.
#[must_use]
pub fn amlyze() -> Vetter {
    Vetter::amlyze().build().expect("a vetter")
}

/// [`AMLYZE_HEADERS`] with more behind them.
#[must_use]
pub fn amlyze_headers(more: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let all = AMLYZE_HEADERS.iter().chain(more);
    all.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
}

/// Headers that are refused by themselves: one attribute comes twice.
#[must_use]
pub fn bad_headers() -> Vec<(String, Vec<u8>)> {
    amlyze_headers(&[("ce-id", "2")])
}
