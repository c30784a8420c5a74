//! The short way for headers about which there is nothing to say leads to the verdict of the long one.

use std::collections::BTreeMap;

use hookvet::internals::vet_with_care;
use hookvet::{Credential, Level, Policy, Preset, Rule, Vendor, Vetter};
use proptest::prelude::*;
use proptest::sample::{Index, select};

type Headers = Vec<(Vec<u8>, Vec<u8>)>;

/// The documented deliveries of AMLYZE: headers as its examples print them, and the body.
fn deliveries() -> Vec<(Headers, String)> {
    let mut list = Vec::new();
    for event in hookvet::events().iter().filter(|event| event.vendor == Vendor::Amlyze) {
        for example in event.examples() {
            let source = if event.name == "com.amlyze.customer.updated" { "customer" } else { "cef8654f-9885" };
            let id = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(example.body).expect("an object");
            let subject = ["customerExternalID", "externalId"].into_iter().find_map(|name| id.get(name)?.as_str());
            let headers = [
                ("host", "hooks.example.com"),
                ("content-type", "application/json"),
                ("content-length", "306"),
                ("ce-specversion", "1.0"),
                ("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c"),
                ("ce-source", source),
                ("ce-type", event.name),
                ("ce-subject", subject.unwrap_or("42")),
                ("ce-time", "2026-03-10t12:53:45.85z"),
                ("x-key", "opensesame"),
            ];
            let headers = headers.map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).to_vec();
            list.push((headers, example.body.to_owned()));
        }
    }
    list
}

/// Vetters whose settings the short way has to know of.
fn vetters() -> Vec<Vetter> {
    let mut builders: Vec<_> =
        Preset::ALL.into_iter().map(|preset| Vetter::amlyze().policy(Policy::new(preset))).collect();
    for level in [Level::Off, Level::Warning, Level::Drift, Level::Error] {
        builders.push(Vetter::amlyze().rule(Rule::AmlyzeD10, level));
    }
    builders.push(Vetter::amlyze().reveal(true));
    let key = || Credential::header("x-key", "opensesame").expect("a header");
    builders.push(Vetter::amlyze().credential(key()));
    builders.push(Vetter::amlyze().credential(key().labelled("ours")).policy(Policy::observe()));
    builders.push(Vetter::amlyze().credential(key().labelled("late").expires(0)));
    builders.push(Vetter::amlyze().max_attributes(5));
    builders.push(Vetter::amlyze().max_attributes(6));
    builders.push(Vetter::amlyze().max_body(300));
    builders.push(Vetter::amlyze().accepted_status(200));
    builders.into_iter().map(|builder| builder.build().expect("no schema")).collect()
}

fn assert_same(vetter: &Vetter, headers: &Headers, body: &[u8]) {
    let pairs = || headers.iter().map(|(name, value)| (name, value));
    let (quick, careful) = (vetter.vet(pairs(), body, 0), vet_with_care(vetter, headers, body, 0));
    assert_eq!(quick.to_json(), careful.to_json());
    assert_eq!(quick.event(), careful.event());
    assert_eq!(quick.data(body), careful.data(body));
    assert_eq!(quick.authenticity(), careful.authenticity());
    assert_eq!((quick.class(), quick.findings()), (careful.class(), careful.findings()));
    let in_steps = match vetter.open(pairs(), 0) {
        Ok(pending) => pending.close(body),
        Err(rejection) => rejection.into_verdict(),
    };
    assert_eq!(in_steps.to_json(), careful.to_json());
    assert_eq!(in_steps.data(body), careful.data(body));
}

#[test]
fn every_documented_delivery_has_one_verdict() {
    let (deliveries, vetters) = (deliveries(), vetters());
    assert!(deliveries.len() > 33, "{}", deliveries.len());
    for (headers, body) in &deliveries {
        for vetter in &vetters {
            assert_same(vetter, headers, body.as_bytes());
            assert_same(vetter, headers, b"{}");
        }
    }
}

/// What may become of one header.
#[derive(Clone, Debug)]
enum Change {
    Drop(Index),
    Repeat(Index),
    Swap(Index, Index),
    Name(Index, &'static str),
    Value(Index, &'static [u8]),
    Octet(Index, Index, u8),
    Upper(Index, Index),
    Add(&'static str, &'static [u8]),
}

const NAMES: [&str; 17] = [
    "ce-id",
    "CE-ID",
    "ce-source",
    "ce-type",
    "ce-subject",
    "ce-time",
    "ce-specversion",
    "ce-dataschema",
    "ce-datacontenttype",
    "ce-traceparent",
    "ce-",
    "ce",
    "content-type",
    "Content-Type",
    "content-encoding",
    "cookie",
    "traceparent",
];

const VALUES: [&[u8]; 20] = [
    b"",
    b"1.0",
    b" 1.0",
    b"1.0.2",
    b"customer",
    b"a b",
    b"%C3%A9",
    b"%zz",
    b"\xc3\xa9",
    b"\"q\"",
    b"a\tb",
    b"application/json",
    b"application/json; charset=utf-8",
    b"application/cloudevents+json",
    b"identity",
    b"gzip",
    b"2026-03-10T12:53:45.85Z",
    b"2026-03-10T12:53:45.85z",
    b"2026-02-30T12:53:45Z",
    b"com.amlyze.customer.updated",
];

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        index().prop_map(Change::Drop),
        index().prop_map(Change::Repeat),
        (index(), index()).prop_map(|(a, b)| Change::Swap(a, b)),
        (index(), select(&NAMES[..])).prop_map(|(at, name)| Change::Name(at, name)),
        (index(), select(&VALUES[..])).prop_map(|(at, value)| Change::Value(at, value)),
        (index(), index(), any::<u8>()).prop_map(|(at, octet, value)| Change::Octet(at, octet, value)),
        (index(), index()).prop_map(|(at, octet)| Change::Upper(at, octet)),
        (select(&NAMES[..]), select(&VALUES[..])).prop_map(|(name, value)| Change::Add(name, value)),
    ]
}

fn apply(headers: &mut Headers, change: &Change) {
    if headers.is_empty() {
        return;
    }
    let count = headers.len();
    match change {
        Change::Drop(at) => drop(headers.remove(at.index(count))),
        Change::Repeat(at) => headers.push(headers[at.index(count)].clone()),
        Change::Swap(a, b) => headers.swap(a.index(count), b.index(count)),
        Change::Name(at, name) => headers[at.index(count)].0 = name.as_bytes().to_vec(),
        Change::Value(at, value) => headers[at.index(count)].1 = value.to_vec(),
        Change::Octet(at, octet, value) => {
            let text = &mut headers[at.index(count)].1;
            if !text.is_empty() {
                let octet = octet.index(text.len());
                text[octet] = *value;
            }
        }
        Change::Upper(at, octet) => {
            let name = &mut headers[at.index(count)].0;
            let octet = octet.index(name.len());
            name[octet].make_ascii_uppercase();
        }
        Change::Add(name, value) => headers.push((name.as_bytes().to_vec(), value.to_vec())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn changed_headers_have_one_verdict(
        delivery in any::<Index>(),
        vetter in any::<Index>(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        thread_local! {
            static ALL: (Vec<(Headers, String)>, Vec<Vetter>) = (deliveries(), vetters());
        }
        ALL.with(|(deliveries, vetters)| {
            let (headers, body) = delivery.get(deliveries);
            let mut headers = headers.clone();
            for change in &changes {
                apply(&mut headers, change);
            }
            assert_same(vetter.get(vetters), &headers, body.as_bytes());
        });
    }
}
