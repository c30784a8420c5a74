//! What the demo sends, and what has to become of it.

use std::time::{SystemTime, UNIX_EPOCH};

use hookvet::{Example, Secret, Vendor, events, sign_dataspike};

/// Made up for the demo.
pub(super) const SECRET: &str = "whsec_6a1f0c35d2b84e97a0c1d2e3f4051627384950a1b2c3d4e5f60718293a4b5c6d";

/// What has to become of a delivery.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// A documented event.
    Accepted,
    /// Accepted, with this rule among its findings.
    Drifting(&'static str),
    /// Refused with this status, and with this rule among its findings.
    Refused(u16, &'static str),
}

/// A request to be sent.
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) expected: Expected,
}

/// Every documented event, then what drifts, then what is faulty.
pub(super) fn all() -> Vec<Planned> {
    let mut planned: Vec<Planned> = events()
        .iter()
        .flat_map(|event| event.examples().iter().map(move |example| documented(event.vendor, example)))
        .collect();
    planned.extend(drifting());
    planned.extend(faulty_amlyze());
    planned.extend(faulty_dataspike());
    planned
}

/// A delivery, and another one under its id.
pub(super) fn repeated() -> (Planned, Planned) {
    let update = |pep: &str| {
        amlyze("a customer update", &CUSTOMER_UPDATE.replace("true", pep), Expected::Accepted)
            .header("ce-id", "demo-again")
    };
    (update("true"), update("false"))
}

fn documented(vendor: Vendor, example: &Example) -> Planned {
    let headers = example.headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let path = if vendor == Vendor::Amlyze { "/amlyze" } else { "/dataspike" };
    let planned = Planned {
        name: example.name.to_owned(),
        method: "POST",
        path,
        headers,
        body: example.body.as_bytes().to_vec(),
        expected: Expected::Accepted,
    };
    if vendor == Vendor::Dataspike { planned.signed(0) } else { planned }
}

fn drifting() -> Vec<Planned> {
    let update = CUSTOMER_UPDATE;
    vec![
        amlyze(
            "a member that no document lists",
            &update.replace('}', ",\"vip\":true}"),
            Expected::Drifting("SCHEMA-unknown"),
        ),
        amlyze(
            "updateAt in place of updatedAt",
            &update.replace("updatedAt", "updateAt"),
            Expected::Drifting("AMLYZE-D15"),
        ),
        amlyze("a flag as text", &update.replace("true", "\"true\""), Expected::Drifting("AMLYZE-D16")),
        amlyze("a type that no document lists", "{}", Expected::Drifting("AMLYZE-D03"))
            .header("ce-type", "com.amlyze.customer.merged"),
        amlyze("the other prefix", update, Expected::Drifting("AMLYZE-D01"))
            .header("ce-type", "app.amlyze.customer.updated"),
        dataspike(
            "a type that no document lists",
            &VERIFICATION.replace("DOCVER", "DOCVER_V2"),
            Expected::Drifting("DATASPIKE-3"),
        )
        .signed(0),
        dataspike("errors spelt erros", &VERIFICATION.replace("errors", "erros"), Expected::Drifting("DATASPIKE-1"))
            .signed(0),
    ]
}

fn faulty_amlyze() -> Vec<Planned> {
    let update = CUSTOMER_UPDATE;
    let refused = Expected::Refused;
    vec![
        amlyze("no ce-id", update, refused(400, "CE-A1")).without("ce-id"),
        amlyze("ce-type twice", update, refused(400, "CE-H4")).and("CE-Type", "com.amlyze.customer.updated"),
        amlyze("a control character in an extension", update, refused(400, "CE-V10")).and("ce-note", "a%0Ab"),
        amlyze("an ordinary request", "{\"hello\":\"world\"}", refused(400, "CE-M8"))
            .without("ce-id")
            .without("ce-type")
            .without("ce-source")
            .without("ce-specversion")
            .without("ce-subject")
            .without("ce-time"),
        amlyze("a text body", update, refused(415, "HTTP-content-type")).header("content-type", "text/plain"),
        amlyze("a risk level outside the list", &update.replace("HIGH", "SEVERE"), refused(422, "SCHEMA-enum")),
        amlyze("a risk level of the wrong JSON type", &update.replace("\"HIGH\"", "3"), refused(422, "SCHEMA-type")),
        amlyze("a body of 300 KiB", &format!("{update}{}", " ".repeat(300 * 1024)), refused(413, "LIMIT-body")),
        amlyze("cut-off JSON", &update[..40], refused(400, "JSON-syntax")),
        amlyze("a member name twice", &update.replace('}', ",\"pep\":false}"), refused(400, "JSON-duplicate")),
        amlyze("nested too deep", &format!("{}{}", "[".repeat(100), "]".repeat(100)), refused(400, "LIMIT-depth")),
        Planned { method: "PUT", ..amlyze("another method", update, refused(405, "HTTP-method")) },
    ]
}

fn faulty_dataspike() -> Vec<Planned> {
    let refused = Expected::Refused;
    let mut changed = dataspike("one byte changed on its way", VERIFICATION, refused(401, "SIG-mismatch")).signed(0);
    changed.body.push(b' ');
    vec![
        dataspike("no signature", VERIFICATION, refused(401, "SIG-missing")),
        dataspike("a wrong signature", VERIFICATION, refused(401, "SIG-mismatch"))
            .and("x-webhook-signature", &format!("t={},v1={}", now(), "0".repeat(64))),
        changed,
        dataspike("signed ten minutes ago", VERIFICATION, refused(401, "SIG-stale")).signed(-600),
        dataspike("a signature without t", VERIFICATION, refused(401, "SIG-malformed"))
            .and("x-webhook-signature", &format!("v1={}", "0".repeat(64))),
        dataspike(
            "a status outside the list",
            &VERIFICATION.replace("verified", "paused"),
            refused(422, "SCHEMA-enum"),
        )
        .signed(0),
        dataspike("no JSON object", "[]", refused(400, "JSON-object")).signed(0),
    ]
}

const CUSTOMER_UPDATE: &str = r#"{"customerExternalID":"demo-42","pep":true,"riskLevel":"HIGH","status":"ACTIVE","updatedAt":"2026-03-10T12:53:45.850Z"}"#;

const VERIFICATION: &str = r#"{"id":"0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02","webhook_id":"8c8e7195-f176-4279-bf46-98eed9acdb35","event_type":"DOCVER","payload":{"id":"46f67eb6-1486-49f5-95cd-69313e392f35","applicant_id":"08c0091e-dd28-4c35-9d8f-5c4194e71fc3","status":"verified","checks":{"liveness":{"status":"verified","errors":[],"data":null}}},"timestamp":"2026-03-10T12:53:45Z"}"#;

fn amlyze(name: &str, body: &str, expected: Expected) -> Planned {
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "5f0d1d39-6d0a-4d6b-8f0f-0d7f7c1f4b11"),
        ("ce-source", "customer"),
        ("ce-type", "com.amlyze.customer.updated"),
        ("ce-subject", "demo-42"),
        ("ce-time", "2026-03-10T12:53:46Z"),
        ("content-type", "application/json"),
    ];
    Planned {
        name: format!("amlyze: {name}"),
        method: "POST",
        path: "/amlyze",
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.as_bytes().to_vec(),
        expected,
    }
}

fn dataspike(name: &str, body: &str, expected: Expected) -> Planned {
    Planned {
        name: format!("dataspike: {name}"),
        method: "POST",
        path: "/dataspike",
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
        expected,
    }
}

impl Planned {
    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self.and(name, value)
    }

    fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| other != name);
        self
    }

    /// Signs the body at the given number of seconds from now.
    fn signed(self, offset: i64) -> Self {
        let secret = Secret::parse(SECRET).expect("the demo's secret has the vendor's form");
        let signature = sign_dataspike(&secret, now().saturating_add_signed(offset), &self.body);
        self.and("x-webhook-signature", &signature)
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
