//! Deliveries that an attacker would send to make a receiver work: one element over and over, for every part of a delivery.

use hookvet::{Policy, Secret, Vendor, Verdict, Vetter};

/// A delivery, and what it is about.
#[derive(Debug)]
pub struct Case {
    /// Whose delivery it is.
    pub vendor: Vendor,
    /// What is repeated, and where.
    pub name: String,
    /// (name, value) pairs in the order in which they are sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Case {
    /// How many bytes the delivery has, headers included.
    #[must_use]
    pub fn size(&self) -> usize {
        self.body.len() + self.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    }

    /// Judges it under `policy`, whatever its size.
    ///
    /// # Panics
    /// Where no vetter can be built, which no setting here leads to.
    pub fn judge(&self, policy: Policy) -> Verdict {
        let builder = Vetter::builder(self.vendor).policy(policy).max_body(usize::MAX).max_attributes(usize::MAX);
        let builder = builder.solicit_batches(true).allow_unsigned();
        let builder = match Secret::parse("whsec_000102030405060708090a0b0c0d0e0f") {
            Ok(secret) if self.name.starts_with("signature") => builder.secret(secret),
            _ => builder,
        };
        let vetter = builder.build().expect("a vetter");
        vetter.vet(self.headers.iter().map(|(name, value)| (name, value)), &self.body, 0)
    }
}

/// Headers and a body.
type Delivery = (Vec<(String, Vec<u8>)>, String);

/// Texts that any vendor can be sent as a body, or a part of one.
type Text = (&'static str, fn(usize) -> String);

const TEXTS: [Text; 27] = [
    ("quotes", |n| "\"".repeat(n)),
    ("one long string", |n| format!("\"{}\"", "a".repeat(n))),
    ("backslashes in a string", |n| format!("\"{}\"", "\\\\".repeat(n / 2))),
    ("lone surrogates in one string", |n| format!("\"{}\"", "\\ud800".repeat(n / 6))),
    ("strings with a lone surrogate", |n| format!("[{}1]", "\"\\ud800\",".repeat(n / 9))),
    ("names with a lone surrogate", |n| members(n, 18, |i| format!("\"\\ud800{i:06}\":1"))),
    ("opening braces", |n| "{\"a\":".repeat(n / 5)),
    ("opening brackets", |n| "[".repeat(n)),
    ("items", |n| format!("[{}1]", "1,".repeat(n / 2))),
    ("empty objects", |n| format!("[{}1]", "{},".repeat(n / 3))),
    ("nested lists", |n| format!("[{}1]", "[[[[[[]]]]]],".repeat(n / 13))),
    ("digits", |n| "7".repeat(n)),
    ("digits after a point", |n| format!("1.{}e5", "7".repeat(n))),
    ("numbers beyond a float", |n| format!("[{}1]", "1e999,".repeat(n / 6))),
    ("members with a number beyond a float", |n| members(n, 16, |i| format!("\"m{i:06}\":1e999"))),
    ("spaces", |n| format!("{}1", " \n".repeat(n / 2))),
    ("one long name", |n| format!("{{\"{}\":1}}", "k".repeat(n))),
    ("one long name, repeated below", |n| {
        format!("{{\"{}\":{{{}\"a\":1}}}}", "k".repeat(n / 2), "\"a\":1,".repeat(n / 12))
    }),
    ("long names with an escape each", |n| members(n, 70, |i| format!("\"{0}\\u0061{i:06}\":1", "k".repeat(50)))),
    ("names of control characters, repeated", |n| {
        format!("{{\"{}\":{{{}\"a\":1}}}}", "\\u0001".repeat(60), "\"a\":1,".repeat(n / 6))
    }),
    ("the same name", |n| format!("{{{}\"pep\":true}}", "\"pep\":true,".repeat(n / 11))),
    ("the same unknown name", |n| format!("{{{}\"k\":1}}", "\"k\":1,".repeat(n / 6))),
    ("the same name in one item each", |n| format!("[{}1]", "{\"a\":1,\"a\":1},".repeat(n / 14))),
    ("unknown names", |n| members(n, 12, |i| format!("\"m{i:06}\":1"))),
    ("unknown names of the same ends", |n| members(n, 40, |i| format!("\"aaaaaaaa{i:06}bbbbbbbbbbbbbbbbbb\":1"))),
    ("escaped names", |n| members(n, 17, |i| format!("\"\\u0061{i:06}\":1"))),
    ("deep lists of repeated names", |n| {
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(30), "]".repeat(30));
        format!("[{}1]", format!("{},", deep("{\"a\":1,\"a\":1}")).repeat(n / 74))
    }),
];

/// An object whose members take about `each` bytes.
fn members(size: usize, each: usize, member: fn(usize) -> String) -> String {
    format!("{{{}}}", (0..size / each).map(member).collect::<Vec<_>>().join(","))
}

fn numbered(count: usize, part: fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().concat()
}

/// A pattern of one vendor alone.
type Own = (&'static str, fn(usize) -> Delivery);

const AMLYZE: [Own; 8] = [
    ("update: unknown members", |n| update(&numbered(n / 12, |i| format!(",\"m{i:06}\":1")))),
    ("update: the id in every case", |n| {
        update(&numbered(n / 27, |i| format!(",\"{}\":\"x\"", cased("customerexternalid", i))))
    }),
    ("update: an escaped id and the same in every case", |n| {
        let id = "\\u0041".repeat(n / 12);
        let others = numbered(n / 54, |i| format!(",\"{}\":\"x\"", cased("customerexternalid", i)));
        delivery(&AMLYZE_HEADERS, format!("{{\"customerExternalID\":\"{id}\"{others}}}"))
    }),
    ("update: flags of a wrong type", |n| update(&",\"pep\":\"maybe\"".repeat(n / 14))),
    ("update: null flags", |n| update(&",\"pep\":null".repeat(n / 11))),
    ("update: commas before a bracket", |n| update(&format!(",\"x\":[{}]", "[1,],".repeat(n / 5)))),
    ("update: data in a string", |n| {
        delivery(&AMLYZE_HEADERS, format!("\"{{{}\\\"a\\\":1}}\"", "\\\"a\\\":1,".repeat(n / 8)))
    }),
    ("structured: unknown members of the data", |n| {
        let data = members(n, 12, |i| format!("\"m{i:06}\":1"));
        structured(&format!(",\"datacontenttype\":\"application/json\",\"data\":{data}"), "com.amlyze.customer.updated")
    }),
];

const AMLYZE_HEADERS: [(&str, &str); 6] = [
    ("ce-specversion", "1.0"),
    ("ce-id", "1"),
    ("ce-source", "customer"),
    ("ce-type", "com.amlyze.customer.updated"),
    ("ce-subject", "42"),
    ("content-type", "application/json"),
];

fn update(members: &str) -> Delivery {
    let body = format!("{{\"customerExternalID\":\"42\",\"updatedAt\":\"2026-03-10T12:53:45Z\"{members}}}");
    delivery(&AMLYZE_HEADERS, body)
}

/// The word with capitals where the number has a bit.
fn cased(word: &str, number: usize) -> String {
    let is_capital = |at: usize| number >> at & 1 == 1;
    word.char_indices().map(|(at, letter)| if is_capital(at) { letter.to_ascii_uppercase() } else { letter }).collect()
}

const DATASPIKE: [Own; 16] = [
    ("companies with a ref", |n| screening(&format!("\"owners_and_beneficiaries\":[{}]", list(n, 10, "{\"ref\":1}")))),
    ("companies with two references", |n| {
        screening(&format!("\"owners_and_beneficiaries\":[{}]", list(n, 30, r#"{"ref":"a","reference":"b"}"#)))
    }),
    ("references without a company", |n| {
        docver_payload("AML_SCREENING", &format!("\"owners_and_beneficiaries\":[{}]", list(n, 10, "{\"ref\":1}")))
    }),
    ("media of older form", |n| {
        screening(&format!("\"media\":[{}]", list(n, 36, r#"{"headline":"x","published_at":"2020"}"#)))
    }),
    ("checks with a list as data", |n| {
        checks(&numbered(n / 42, |i| format!(",\"c{i:06}\":{{\"status\":\"verified\",\"data\":[]}}")))
    }),
    ("checks without a status", |n| checks(&numbered(n / 13, |i| format!(",\"c{i:06}\":{{}}")))),
    ("checks of a wrong type", |n| checks(&numbered(n / 12, |i| format!(",\"c{i:06}\":1")))),
    ("checks with both lists of errors", |n| {
        checks(&numbered(n / 60, |i| format!(",\"c{i:06}\":{{\"erros\":[],\"errors\":[{{\"code\":1}}]}}")))
    }),
    ("older names in a machine-readable zone", |n| {
        checks(&format!(",\"document_mrz\":{{\"data\":{{{}\"a\":1}}}}", "\"docNumber\":1,".repeat(n / 14)))
    }),
    ("members of a machine-readable zone", |n| {
        let zone = numbered(n / 12, |i| format!("\"m{i:06}\":1,"));
        checks(&format!(",\"document_mrz\":{{\"data\":{{{zone}\"docNumber\":1}}}}"))
    }),
    ("wrong items of a list under a long name", |n| {
        let name = "n".repeat(n / 2);
        checks(&format!(",\"{name}\":{{\"status\":\"verified\",\"errors\":[{}]}}", list(n / 2, 2, "1")))
    }),
    ("errors of a misspelt list", |n| checks(&format!(",\"c\":{{\"erros\":[{}]}}", list(n, 11, "{\"code\":1}")))),
    ("an unknown type", |n| {
        docver_payload("UNKNOWN", numbered(n / 12, |i| format!("\"m{i:06}\":1,")).trim_end_matches(','))
    }),
    ("signature: digests", |n| signed(format!("t=1,{}", "v1=00,".repeat(n / 6)))),
    ("signature: times", |n| signed("t=1,".repeat(n / 4))),
    ("signature: commas", |n| signed(",".repeat(n))),
];

fn list(size: usize, each: usize, item: &str) -> String {
    vec![item; (size / each).max(1)].join(",")
}

const ID: &str = "0f0a2f5e-6b5c-4f3e-9d62-5a1c1d7c9a02";

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn docver_payload(event_type: &str, payload: &str) -> Delivery {
    let body = format!(
        "{{\"id\":\"{ID}\",\"webhook_id\":\"{ID}\",\"event_type\":\"{event_type}\",\"timestamp\":\"2026-03-10T12:53:45Z\",\
         \"payload\":{{{payload}}}}}"
    );
    delivery(&JSON, body)
}

fn checks(more: &str) -> Delivery {
    let payload = format!(
        "\"id\":\"{ID}\",\"applicant_id\":\"{ID}\",\"status\":\"verified\",\"checks\":{{\"liveness\":{{\"status\":\"verified\"}}{more}}}"
    );
    docver_payload("DOCVER", &payload)
}

fn screening(fields: &str) -> Delivery {
    let payload = format!(
        "\"screening_id\":\"{ID}\",\"applicant_id\":\"{ID}\",\"search_response\":{{\"requested_name\":\"x\",\"search_uuid\":\"y\",\
         \"data\":[{{\"uuid\":\"u\",\"type\":\"Person\",\"risk_score\":\"Low\",\"fields\":{{\"names\":[{{\"full_name\":\"n\"}}],{fields}}}}}]}}"
    );
    docver_payload("AML_SCREENING", &payload)
}

fn signed(value: String) -> Delivery {
    let mut delivery = docver_payload("DOCVER", "");
    delivery.0.push(("x-webhook-signature".to_owned(), value.into_bytes()));
    delivery
}

const CLOUDEVENTS: [Own; 32] = [
    ("value: letters", |n| subject("a".repeat(n))),
    ("value: escapes", |n| subject("%41".repeat(n / 3))),
    ("value: percent signs", |n| subject("%".repeat(n))),
    ("value: broken UTF-8 at its end", |n| subject("%41".repeat(n / 3) + "%ff")),
    ("value: quotes", |n| subject("\"\"".repeat(n / 2))),
    ("value: backslashes in quotes", |n| subject(format!("\"{}\"", "\\\\".repeat(n / 2)))),
    ("value: an open quote", |n| subject("\"".repeat(n | 1))),
    ("value: spaces", |n| subject(format!("a{}b", " ".repeat(n)))),
    ("value: raw UTF-8", |n| subject("\u{e9}".repeat(n / 2))),
    ("source: slashes", |n| header("ce-source", "/".repeat(n))),
    ("source: escapes sent once", |n| header("ce-source", "/%20".repeat(n / 4))),
    ("dataschema: colons", |n| header("ce-dataschema", ":".repeat(n))),
    ("time: digits of a fraction", |n| header("ce-time", format!("2018-04-05T03:56:24.{}Z", "7".repeat(n)))),
    ("content type: parameters", |n| header("content-type", format!("a/json{}", ";c=\"d\"".repeat(n / 6)))),
    ("content type: semicolons", |n| header("content-type", format!("a/b{}", "; ".repeat(n / 2)))),
    ("content type: a long charset", |n| header("content-type", format!("a/json;charset=\"{}\"", "\\a".repeat(n / 2)))),
    ("trace state: commas", |n| {
        let mut delivery = header("ce-tracestate", ",a".repeat(n / 4));
        delivery.0.push(("tracestate".to_owned(), "a,".repeat(n / 4).into_bytes()));
        delivery
    }),
    ("headers: extensions", |n| many(n, |number| format!("ce-x{number}"))),
    ("headers: the same extension", |n| many(n, |_| "ce-x".to_owned())),
    ("headers: odd names", |n| many(n, |number| format!("ce-x_{number}"))),
    ("headers: not of CloudEvents", |n| many(n, |number| format!("x-{number}"))),
    ("headers: trace state", |n| {
        many(n, |number| if number == 0 { "ce-tracestate".to_owned() } else { "tracestate".to_owned() })
    }),
    ("envelope: extensions", |n| structured(&numbered(n / 14, |i| format!(",\"x{i:06}\":\"\"")), "t")),
    ("envelope: the same extension", |n| structured(&",\"x\":\"\"".repeat(n / 7), "t")),
    ("envelope: odd members", |n| structured(&numbered(n / 14, |i| format!(",\"x_{i:05}\":[]")), "t")),
    ("envelope: data", |n| structured(&format!(",\"data\":[{}1]", "\"\\ud800\",".repeat(n / 9)), "t")),
    ("batch: empty objects", |n| batch(&list(n, 3, "{}"))),
    ("batch: no events", |n| batch(&list(n, 2, "1"))),
    ("batch: events", |n| batch(&list(n, 54, EVENT))),
    ("batch: events with odd members", |n| {
        batch(&list(n, 84, r#"{"specversion":"1.0","id":"1","source":"s","type":"t","a_b":1,"c_d":2,"e_f":3,"g_h":4}"#))
    }),
    ("batch: events with repeated members", |n| {
        batch(&list(n, 80, r#"{"specversion":"1.0","id":"1","source":"s","type":"t","data":{"a":1,"a":1}}"#))
    }),
    ("batch: one long id", |n| {
        batch(&format!("{EVENT},{}", EVENT.replace("\"1\"", &format!("\"{}\"", "i".repeat(n)))))
    }),
];

const EVENT: &str = r#"{"specversion":"1.0","id":"1","source":"s","type":"t"}"#;

fn header(name: &str, value: String) -> Delivery {
    let own = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];
    let own = own.into_iter().filter(|(own, _)| *own != name);
    let mut headers: Vec<_> = own.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec())).collect();
    headers.push((name.to_owned(), value.into_bytes()));
    (headers, String::new())
}

fn subject(value: String) -> Delivery {
    header("ce-subject", value)
}

fn many(size: usize, name: fn(usize) -> String) -> Delivery {
    let mut delivery = subject("s".to_owned());
    delivery.0.extend((0..size / 10).map(|number| (name(number), b"v".to_vec())));
    delivery
}

fn structured(members: &str, event_type: &str) -> Delivery {
    let body = format!("{{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"{event_type}\"{members}}}");
    delivery(&[("content-type", "application/cloudevents+json")], body)
}

fn batch(events: &str) -> Delivery {
    delivery(&[("content-type", "application/cloudevents-batch+json")], format!("[{events}]"))
}

fn delivery(headers: &[(&str, &str)], body: String) -> Delivery {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    (headers, body)
}

/// The same text as the body of every vendor and inside an accepted one, since each has a way through it of its own.
fn around(text: &str) -> [(Vendor, &'static str, Delivery); 6] {
    let mut data = header("content-type", "application/json".to_owned());
    text.clone_into(&mut data.1);
    [
        (Vendor::Amlyze, "body", delivery(&AMLYZE_HEADERS, text.to_owned())),
        (Vendor::Amlyze, "unknown member", update(&format!(",\"x\":{text}"))),
        (Vendor::Dataspike, "body", delivery(&JSON, text.to_owned())),
        (Vendor::Dataspike, "unknown member", checks(&format!(",\"c\":{{\"status\":\"verified\",\"data\":{text}}}"))),
        (Vendor::CloudEvents, "data", data),
        (Vendor::CloudEvents, "structured data", structured(&format!(",\"data\":{text}"), "t")),
    ]
}

/// Every pattern of every vendor, each in a delivery of about so many bytes.
#[must_use]
pub fn cases(size: usize) -> Vec<Case> {
    let case =
        |vendor, name: String, (headers, body): Delivery| Case { vendor, name, headers, body: body.into_bytes() };
    let texts = TEXTS.iter().flat_map(|(name, text)| {
        around(&text(size)).map(|(vendor, place, delivery)| case(vendor, format!("{place}: {name}"), delivery))
    });
    let own = [(Vendor::Amlyze, &AMLYZE[..]), (Vendor::Dataspike, &DATASPIKE), (Vendor::CloudEvents, &CLOUDEVENTS)];
    let own = own.into_iter().flat_map(|(vendor, patterns)| patterns.iter().map(move |pattern| (vendor, pattern)));
    texts.chain(own.map(|(vendor, (name, make))| case(vendor, (*name).to_owned(), make(size)))).collect()
}
