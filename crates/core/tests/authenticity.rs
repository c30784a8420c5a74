//! Secrets that expire, and a credential beside a signature.

use hookvet::{Authenticity, Credential, Secret, Verdict, Vetter, sign_dataspike};

const BODY: &[u8] = br#"{"id":"1ed2fb46-8271-6a33-a9ef-7553f473af46","event_type":"DOCVER","payload":{}}"#;

fn secret(digits: &str) -> Secret {
    Secret::parse(&format!("whsec_{digits}")).expect("a secret")
}

/// The verdict on a delivery that `signer` signed at `now`, with a credential beside it where there is one.
fn ask(vetter: &Vetter, signer: &Secret, token: Option<&str>, now: u64) -> Verdict {
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-webhook-signature".to_owned(), sign_dataspike(signer, now, BODY)),
    ];
    headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
    vetter.vet(headers.iter().map(|(name, value)| (name, value)), BODY, now)
}

fn rules(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings().iter().filter(|finding| finding.rejects()).map(|finding| finding.rule.id()).collect()
}

#[test]
fn the_verdict_names_the_secret_that_verified_and_the_one_that_has_expired() {
    let (old, new) = (secret("00"), secret("01"));
    let vetter = Vetter::dataspike()
        .secret(old.clone().labelled("2025").expires(1000))
        .secret(new.clone().labelled("2026"))
        .build()
        .expect("a vetter");
    let verified_by = |verdict: &Verdict| {
        let json = verdict.to_json();
        json.split_once(r#""authenticity":"verified","verified_by":""#).map(|(_, rest)| rest[..4].to_owned())
    };
    assert_eq!(verified_by(&ask(&vetter, &old, None, 999)).as_deref(), Some("2025"));
    assert_eq!(verified_by(&ask(&vetter, &new, None, 1000)).as_deref(), Some("2026"));
    let expired = ask(&vetter, &old, None, 1000);
    assert_eq!((rules(&expired), expired.status()), (vec!["SIG-expired"], 401));
    assert_eq!(*expired.authenticity(), Authenticity::Failed);
    assert!(expired.findings()[0].message.contains("2025"));
    assert_eq!(rules(&ask(&vetter, &secret("02"), None, 1000)), ["SIG-mismatch"]);
}

#[test]
fn a_secret_without_a_label_leaves_the_json_form_as_it_was() {
    let vetter = Vetter::dataspike().secret(secret("00")).build().expect("a vetter");
    let json = ask(&vetter, &secret("00"), None, 5).to_json();
    assert!(json.contains(r#""authenticity":"verified","findings""#), "{json}");
}

#[test]
fn where_signature_and_credential_are_asked_for_both_must_hold() {
    let vetter = Vetter::dataspike()
        .secret(secret("00"))
        .credential(Credential::bearer("abc").expect("a credential"))
        .build()
        .expect("a vetter");
    let good = ask(&vetter, &secret("00"), Some("abc"), 5);
    assert!(good.is_accepted() && matches!(good.authenticity(), Authenticity::Verified { .. }), "{good:?}");
    for (signer, token, expected) in [
        ("00", None, vec!["AUTH-missing"]),
        ("00", Some("abd"), vec!["AUTH-mismatch"]),
        ("01", Some("abc"), vec!["SIG-mismatch"]),
    ] {
        let verdict = ask(&vetter, &secret(signer), token, 5);
        assert_eq!((rules(&verdict), verdict.authenticity()), (expected, &Authenticity::Failed));
    }
}
