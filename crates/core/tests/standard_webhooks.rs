//! Standard Webhooks: what the standard's own libraries test, and what is said about deliveries that break it.

use hookvet::{Authenticity, BuildError, Secret, SecretError, Vendor, Verdict, Vetter, sign_standard_webhooks};

/// The secret, id, time, body and signature that the standard's libraries publish as their test vector.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const TIME: u64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const OTHER: &str = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";

fn secret() -> Secret {
    Secret::standard_webhooks(SECRET).expect("a secret")
}

fn vet_with(secrets: &[Secret], headers: &[(&str, &str)], body: &[u8], now: u64) -> Verdict {
    let builder = secrets.iter().cloned().fold(Vetter::standard_webhooks(), hookvet::VetterBuilder::secret);
    let headers = headers.iter().chain(&[("content-type", "application/json")]).copied();
    builder.build().expect("a vetter").vet(headers.collect::<Vec<_>>(), body, now)
}

fn vet(id: &str, time: &str, signature: &str) -> Verdict {
    let headers = [("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", signature)];
    vet_with(&[secret()], &headers, BODY, TIME)
}

fn rules(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings().iter().map(|finding| finding.rule.id()).collect()
}

#[test]
fn the_published_signature_is_made_and_verified() {
    assert_eq!(sign_standard_webhooks(&secret(), ID, TIME, BODY), SIGNATURE);
    let verdict = vet(ID, &TIME.to_string(), SIGNATURE);
    assert!(verdict.is_accepted(), "{verdict:?}");
    assert_eq!(*verdict.authenticity(), Authenticity::Verified { label: None });
    let event = verdict.event().expect("the id makes it out");
    assert_eq!((event.id(), event.key().as_str(), event.event_type()), (ID, ID, ""));
}

#[test]
fn a_secret_is_read_with_and_without_its_prefix() {
    let bare = SECRET.strip_prefix("whsec_").expect("the prefix");
    let bare = Secret::standard_webhooks(bare).expect("a secret");
    assert_eq!(sign_standard_webhooks(&bare, ID, TIME, BODY), SIGNATURE);
    for text in ["", "whsec_", "whsec_%%%%", "whsec_abc"] {
        assert_eq!(Secret::standard_webhooks(text).map(|_| ()), Err(SecretError::Base64), "{text}");
    }
    assert_eq!(Secret::standard_webhooks("whsec_TWE=\n").map(|_| ()), Err(SecretError::Whitespace));
}

#[test]
fn one_of_several_signatures_is_enough_and_other_versions_do_not_count() {
    let others = [OTHER, &OTHER.replace("v1,", "v2,"), "v1a,abc", SIGNATURE, OTHER].join(" ");
    assert!(vet(ID, &TIME.to_string(), &others).is_accepted());
    let renamed = SIGNATURE.replace("v1,", "v2,");
    assert_eq!(rules(&vet(ID, &TIME.to_string(), &[OTHER, &renamed].join(" "))), ["SIG-mismatch"]);
    assert_eq!(rules(&vet(ID, &TIME.to_string(), &renamed)), ["SIG-malformed"]);
}

#[test]
fn every_secret_of_a_rotation_verifies_until_it_expires() {
    let new = Secret::standard_webhooks("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").expect("a secret").labelled("new");
    let old = secret().labelled("old").expires(TIME + 10);
    let time = TIME.to_string();
    let headers = [("webhook-id", ID), ("webhook-timestamp", &*time), ("webhook-signature", SIGNATURE)];
    let before = vet_with(&[new.clone(), old.clone()], &headers, BODY, TIME + 9);
    assert_eq!(*before.authenticity(), Authenticity::Verified { label: Some("old".into()) });
    assert_eq!(rules(&vet_with(&[new.clone(), old], &headers, BODY, TIME + 10)), ["SIG-expired"]);
    let signature = sign_standard_webhooks(&new, ID, TIME, BODY);
    let headers = [("webhook-id", ID), ("webhook-timestamp", &*time), ("webhook-signature", &*signature)];
    assert!(vet_with(&[new], &headers, BODY, TIME).is_accepted());
}

#[test]
fn what_breaks_the_standard_is_refused_with_the_header_that_breaks_it() {
    let time = TIME.to_string();
    let at = |seconds: u64| sign_standard_webhooks(&secret(), ID, seconds, BODY);
    for (id, seconds, signature, rule, header) in [
        (ID, "hello", SIGNATURE.to_owned(), "SIG-malformed", "webhook-timestamp"),
        (ID, "1614265330.5", SIGNATURE.to_owned(), "SIG-malformed", "webhook-timestamp"),
        ("", &*time, SIGNATURE.to_owned(), "SIG-malformed", "webhook-id"),
        (ID, &*time, "v1,dawfeoifkpqwoekfpqoekf".to_owned(), "SIG-malformed", "webhook-signature"),
        (ID, &*time, SIGNATURE[..8].to_owned(), "SIG-malformed", "webhook-signature"),
        (ID, &*time, "v1,".to_owned(), "SIG-malformed", "webhook-signature"),
        (ID, &*time, String::new(), "SIG-malformed", "webhook-signature"),
        ("msg_2", &*time, SIGNATURE.to_owned(), "SIG-mismatch", "webhook-signature"),
        (ID, "1614265331", SIGNATURE.to_owned(), "SIG-mismatch", "webhook-signature"),
        (ID, "1614265029", at(1_614_265_029), "SIG-stale", "webhook-timestamp"),
        (ID, "1614265631", at(1_614_265_631), "SIG-future", "webhook-timestamp"),
    ] {
        let verdict = vet(id, seconds, &signature);
        assert_eq!((rules(&verdict), verdict.status()), (vec![rule], 401), "{id} {seconds} {signature}");
        assert_eq!(verdict.findings()[0].place.to_string(), format!("header:{header}"));
        assert_eq!(*verdict.authenticity(), Authenticity::Failed);
    }
    let in_milliseconds = vet(ID, "1614265330000", &at(1_614_265_330_000));
    let message = "webhook-timestamp is in milliseconds; expected seconds since the Unix epoch";
    assert_eq!(in_milliseconds.findings()[0].message, message);
    for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let all = [("webhook-id", ID), ("webhook-timestamp", &*time), ("webhook-signature", SIGNATURE)];
        let rest: Vec<_> = all.into_iter().filter(|(name, _)| *name != missing).collect();
        let verdict = vet_with(&[secret()], &rest, BODY, TIME);
        assert_eq!(rules(&verdict), ["SIG-missing"]);
        assert_eq!(verdict.findings()[0].place.to_string(), format!("header:{missing}"));
        let twice: Vec<_> = all.into_iter().chain(all.into_iter().filter(|(name, _)| *name == missing)).collect();
        assert_eq!(rules(&vet_with(&[secret()], &twice, BODY, TIME)), ["SIG-malformed"], "{missing} twice");
    }
}

#[test]
fn the_body_says_what_it_is_and_has_to_be_an_object() {
    let judge = |body: &str| {
        let signature = sign_standard_webhooks(&secret(), "msg_1", TIME, body.as_bytes());
        let time = TIME.to_string();
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", &*time), ("webhook-signature", &*signature)];
        vet_with(&[secret()], &headers, body.as_bytes(), TIME)
    };
    let verdict = judge(r#"{"timestamp":"2022-11-03T20:26:10.344522Z","data":{},"type":"contact.cr\u0065ated"}"#);
    let event = verdict.event().expect("an event");
    assert_eq!((event.event_type(), event.time()), ("contact.created", Some("2022-11-03T20:26:10.344522Z")));
    assert!(verdict.is_accepted() && verdict.mode() == hookvet::Mode::Json);
    assert_eq!(rules(&judge("[]")), ["JSON-object"]);
    assert_eq!(rules(&judge("{")), ["JSON-syntax"]);
    assert_eq!(rules(&judge(r#"{"type":"a","type":"b"}"#)), ["JSON-duplicate"]);
}

#[test]
fn a_secret_of_another_vendor_is_refused_at_build() {
    let dataspike = || Secret::parse("whsec_000102030405060708090a0b0c0d0e0f").expect("a secret");
    for (vendor, secret) in [(Vendor::StandardWebhooks, dataspike()), (Vendor::Dataspike, secret())] {
        let error = Vetter::builder(vendor).secret(secret).build().expect_err("another form");
        assert!(matches!(error, BuildError::SecretOfOther { .. }), "{vendor}: {error}");
    }
    assert!(matches!(Vetter::standard_webhooks().build(), Err(BuildError::NoSecret { .. })));
    assert_eq!(Secret::of(Vendor::Amlyze, SECRET).map(|_| ()), Err(SecretError::Unsigned));
}

#[cfg(feature = "own-schemas")]
#[test]
fn a_schema_of_ones_own_is_held_against_the_whole_body() {
    let schema = r#"{"type":"object","required":["type","data"],"properties":{"type":{"type":"string"},"timestamp":true,
        "data":{"type":"object","required":["amount"],"properties":{"amount":{"type":"integer"}}}}}"#;
    let vetter = Vetter::standard_webhooks().allow_unsigned().schema("invoice.paid", schema).build().expect("a vetter");
    let judge =
        |body: &str| vetter.vet([("content-type", "application/json"), ("webhook-id", "1")], body.as_bytes(), 0);
    assert!(judge(r#"{"type":"invoice.paid","data":{"amount":7}}"#).is_accepted());
    let verdict = judge(r#"{"type":"invoice.paid","data":{"amount":"7"}}"#);
    assert_eq!((rules(&verdict), verdict.status()), (vec!["SCHEMA-type"], 422));
    assert_eq!(verdict.findings()[0].place.to_string(), "body:/data/amount");
    let verdict = judge(r#"{"type":"invoice.sent","data":7}"#);
    assert_eq!(rules(&verdict), ["CE-type-unknown"], "a type without a schema");
    assert_eq!(verdict.findings()[0].place.to_string(), "body:/type");
}
