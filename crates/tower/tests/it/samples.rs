//! Deliveries as the vendors document them, and vetters for them.

use hookvet::{Secret, Vetter, sign_dataspike};

/// The headers of the example on AMLYZE's webhook page, the length left out: the one that is printed there does not fit.
pub(crate) const AMLYZE_HEADERS: &str = "ce-id: 019cd7cf-826c-731c-ba20-76f48d48ac9c\r\n\
    ce-source: cef8654f-9885-4e61-b8e9-132b607ab6a4\r\n\
    ce-specversion: 1.0\r\n\
    ce-subject: dea0bcc0-52d2-4f82-bc46-6f87288939b5\r\n\
    ce-time: 2026-03-10t12:53:45.85z\r\n\
    ce-type: app.amlyze.related_entity.screening.sanctions.pending\r\n\
    content-type: application/json\r\n";

/// Its body, as printed.
pub(crate) const AMLYZE_BODY: &str = r#"{
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

/// The same data with members in another order, odd white space, needless escapes and an unusual number of blanks.
pub(crate) const AMLYZE_BODY_ODD: &str = "\r\n\t{ \"screeningMatch\"\t: true,\"title\":\"\\u0053putnik \\/ \\u043e\\u043e\\u043e\",\n\n\
    \"externalId\" : \"dea0bcc0-52d2-4f82-bc46-6f87288939b5\"  , \"type\":\"ORGANIZATION\",\
    \"screeningGuid\":\"20642e48-8251-47e3-a363-d857343ee171\",\"countryCode\":\"RU\",\"relationCode\":\"OWNER\",\
    \"nationalCode\":\"554555447884557\",\"establishmentDate\":\"1998-04-07\",\
    \"customerExternalId\":\"78395a1c-272b-4263-ab9a-be5fe24055c5\"}   \n";

/// What must not be found in a refusal of either body.
pub(crate) const AMLYZE_VALUES: [&str; 5] = ["Sputnik", "554555447884557", "1998-04-07", "20642e48", "78395a1c"];

/// A DOCVER envelope; the names are not the vendor's.
pub(crate) const DATASPIKE_BODY: &str = r#"{"id":"1ed2fb46-8271-6a33-a9ef-7553f473af46","webhook_id":"1ed2f903-2d75-6b19-b6a5-29535bc3340e","event_type":"DOCVER","payload":{"id":"b86a3cbe-7880-4759-a4f3-9bcabac3cf3c","checks":{"passport":{"data":[],"errors":[],"status":"in_progress","warnings":[]}},"status":"verified","created_at":"2022-09-08T20:25:40.636471Z","updated_at":"2022-09-08T20:25:40.636480Z","applicant_id":"4da42a83-14db-4f19-9820-19cc10ad21cf","document_ids":["bd59f3da-b89d-4198-be1d-9b65477ddfb1"],"document_type":"passport"},"timestamp":"2022-09-08T20:25:40.636658Z"}"#;

/// The time in all tests, in seconds since the Unix epoch.
pub(crate) const NOW: u64 = 1_773_147_225;

pub(crate) fn amlyze() -> Vetter {
    Vetter::amlyze().build().expect("a vetter")
}

pub(crate) fn secret() -> Secret {
    Secret::parse("whsec_000102030405060708090a0b0c0d0e0f").expect("a secret").labelled("2026-03")
}

pub(crate) fn dataspike() -> Vetter {
    Vetter::dataspike().secret(secret()).build().expect("a vetter")
}

/// The headers of a Dataspike delivery that is signed with `secret` at `timestamp`.
pub(crate) fn signed_headers(secret: &Secret, timestamp: u64, body: &str) -> String {
    let signature = sign_dataspike(secret, timestamp, body.as_bytes());
    format!("content-type: application/json\r\nX-Webhook-Signature: {signature}\r\n")
}

/// A whole HTTP/1.1 request with a `Content-Length`.
pub(crate) fn post(headers: &str, body: &str) -> String {
    format!("POST /hook HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A whole HTTP/1.1 request with a body in chunks of `size` bytes.
pub(crate) fn post_chunked(headers: &str, body: &str, size: usize) -> Vec<u8> {
    let mut request =
        format!("POST /hook HTTP/1.1\r\nhost: localhost\r\n{headers}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.as_bytes().chunks(size) {
        request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}
