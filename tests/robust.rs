//! CloudEvents headers as an attacker would send them: always a verdict, always with its reasons, never a panic.

use std::collections::BTreeSet;

use hookvet::{CloudEvent, Level, Policy, Preset, Rule, Verdict, Vetter};
use serde_json::Value;

/// An event with every standard attribute.
const FULL: [(&str, &str); 8] = [
    ("ce-specversion", "1.0"),
    ("ce-id", "a1"),
    ("ce-source", "//h/%2525?q#f"),
    ("ce-type", "t.u"),
    ("ce-subject", "\"s\\t\""),
    ("ce-time", "2018-04-05T23:59:60.5Z"),
    ("ce-dataschema", "urn:a:b"),
    ("content-type", "a/b;c=\"d\""),
];

type Headers = Vec<(Vec<u8>, Vec<u8>)>;

fn full() -> Headers {
    FULL.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect()
}

fn vetter(policy: Policy) -> Vetter {
    Vetter::cloudevents().policy(policy).build().expect("no schema")
}

fn presets() -> Vec<Vetter> {
    Preset::ALL.into_iter().map(|preset| vetter(Policy::new(preset))).collect()
}

/// Asserts what holds for every verdict.
fn look(vetter: &Vetter, headers: &Headers, body: &[u8]) {
    assert!(judged(vetter, headers, body).status() >= 200);
}

/// Judges, and asserts what holds for every verdict.
fn judged(vetter: &Vetter, headers: &Headers, body: &[u8]) -> Verdict {
    let verdict = vetter.vet(headers.iter().map(|(name, value)| (name, value)), body, 0);
    let json: Value = serde_json::from_str(&verdict.to_json()).expect("a verdict is JSON");
    assert_eq!(json["decision"], verdict.decision().as_str());
    assert!(verdict.findings().len() <= 101);
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    let refusing = verdict.findings().iter().chain(inner).filter(|finding| finding.rejects()).count();
    assert_eq!(verdict.is_accepted(), refusing == 0, "{json}");
    for finding in verdict.findings() {
        assert!(!finding.message.is_empty() && !finding.message.contains(char::is_control), "{json}");
        let place = finding.place.to_string();
        assert!(place.chars().count() <= 5 + 256, "{json}");
        assert!(place.split('/').all(|token| token.chars().count() <= 72), "{json}");
    }
    verdict
}

/// What was accepted by the letter can be sent again and means the same.
fn assert_sent_again(vetter: &Vetter, verdict: &Verdict, body: &[u8]) {
    let event = CloudEvent::of(verdict, body).unwrap_or_else(|| panic!("no event: {}", verdict.to_json()));
    let request = event.to_binary().unwrap_or_else(|error| panic!("{error}: {}", verdict.to_json()));
    let again = vetter.vet(request.headers(), request.body(), 0);
    assert!(again.is_accepted(), "{}", again.to_json());
    assert_eq!(CloudEvent::of(&again, request.body()), Some(event));
}

#[test]
fn the_event_that_the_tests_here_start_from_is_accepted() {
    let verdict = judged(&vetter(Policy::strict()), &full(), b"");
    assert!(verdict.is_accepted(), "{}", verdict.to_json());
    let event = verdict.event().expect("an event");
    assert_eq!((event.source(), event.subject()), ("//h/%25?q#f", Some("st")));
}

#[test]
fn every_octet_at_every_position_of_every_standard_attribute() {
    let strict = vetter(Policy::strict());
    let others = [vetter(Policy::observe())];
    let (mut accepted, mut refused) = (0, 0);
    for (at, (name, value)) in FULL.into_iter().enumerate() {
        for position in 0..=value.len() {
            for octet in 0..=255_u8 {
                let mut inserted = value.as_bytes().to_vec();
                inserted.insert(position, octet);
                let mut replaced = value.as_bytes().to_vec();
                if let Some(byte) = replaced.get_mut(position) {
                    *byte = octet;
                }
                for changed in [inserted, replaced] {
                    let mut headers = full();
                    headers[at].1 = changed;
                    let verdict = judged(&strict, &headers, b"");
                    if verdict.is_accepted() {
                        accepted += 1;
                        assert_sent_again(&strict, &verdict, b"");
                    } else {
                        refused += 1;
                    }
                    // The one header that was changed is the one that is named.
                    for finding in verdict.findings() {
                        assert_eq!(finding.place.to_string(), format!("header:{name}"), "{}", verdict.to_json());
                        assert!(finding.offset.is_none_or(|offset| offset <= headers[at].1.len()));
                    }
                    // A softer policy reports the same rules, whether they refuse or not.
                    let rules =
                        |verdict: &Verdict| verdict.findings().iter().map(|finding| finding.rule).collect::<Vec<_>>();
                    let own = rules(&verdict);
                    for other in &others {
                        let softer = judged(other, &headers, b"");
                        let found = rules(&softer);
                        assert!(own.iter().all(|rule| found.contains(rule)), "{own:?} {found:?} {name} {octet:#x}");
                    }
                }
            }
        }
    }
    assert!(accepted > 5_000 && refused > 20_000, "{accepted} {refused}");
}

#[test]
fn what_widespread_senders_get_wrong_is_read_as_received_with_a_warning() {
    let standard = vetter(Policy::standard());
    for (value, rule, read) in [
        (&b"100%"[..], Rule::CeV6, "100%"),
        (b"a%2g%20", Rule::CeV6, "a%2g%20"),
        ("caf\u{e9} \u{1f600}".as_bytes(), Rule::CeV8, "caf\u{e9} \u{1f600}"),
        (b"caf\xe9", Rule::CeV8, "caf\u{e9}"),
        (b"say \"hi", Rule::CeV9, "say \"hi"),
        (b"\"\\", Rule::CeV9, "\"\\"),
    ] {
        let mut headers = full();
        headers[4].1 = value.to_vec();
        let verdict = judged(&standard, &headers, b"");
        assert!(verdict.is_accepted(), "{}", verdict.to_json());
        assert_eq!(verdict.event().expect("an event").subject(), Some(read));
        assert_eq!(verdict.findings()[0].rule, rule);
        assert!(!judged(&vetter(Policy::strict()), &headers, b"").is_accepted());
        let raised = vetter(Policy::standard().with(rule, Level::Error));
        assert!(!judged(&raised, &headers, b"").is_accepted());
    }
}

#[test]
fn what_no_string_can_hold_is_refused_though_it_is_sent_raw() {
    // A control character of ISO 8859-1, DEL, and U+FFFF in UTF-8: read as received they would be no String.
    for value in [&b"a\x80"[..], b"a\x7f", b"\xef\xbf\xbf", b"%\x01"] {
        let mut headers = full();
        headers[4].1 = value.to_vec();
        let verdict = judged(&vetter(Policy::standard()), &headers, b"");
        assert_eq!(verdict.status(), 400, "{}", verdict.to_json());
    }
}

#[test]
fn percent_and_quote_soup_decodes_as_the_letter_says() {
    let strict = vetter(Policy::strict());
    let alphabet = *b"%\"\\2C0Ag ";
    let mut verdicts = BTreeSet::new();
    for length in 1..=4_u32 {
        for number in 0..alphabet.len().pow(length) {
            let soup: Vec<u8> =
                (0..length).map(|place| alphabet[number / alphabet.len().pow(place) % alphabet.len()]).collect();
            let mut headers = full();
            headers[4].1.clone_from(&soup);
            let verdict = judged(&strict, &headers, b"");
            let decoded = letter(&soup);
            let refusing = verdict.findings().iter().find(|finding| finding.rejects()).map(|finding| finding.rule);
            let found = match refusing {
                None => Ok(verdict.event().and_then(|event| event.subject()).expect("a subject").to_owned()),
                Some(rule) => Err(rule),
            };
            assert_eq!(found, decoded, "{}", String::from_utf8_lossy(&soup));
            verdicts.insert(refusing);
        }
    }
    let expected = [Rule::CeV9, Rule::CeV6, Rule::CeV5, Rule::CeV10, Rule::CeASubject];
    assert_eq!(verdicts, expected.into_iter().map(Some).chain([None]).collect());
    let soup = "%2%".repeat(20_000);
    let mut headers = full();
    headers[4].1 = soup.clone().into_bytes();
    assert_eq!(judged(&strict, &headers, b"").findings()[0].rule, Rule::CeV6);
    assert_eq!(judged(&vetter(Policy::standard()), &headers, b"").event().expect("an event").subject(), Some(&*soup));
}

/// HTTP binding section 3.1.3.2 for printable ASCII, written as plainly as can be: the String, or the rule that is broken.
fn letter(value: &[u8]) -> Result<String, Rule> {
    let mut rest = value.trim_ascii().iter().copied().collect::<std::collections::VecDeque<u8>>();
    let mut plain = Vec::new();
    let mut is_quoted = false;
    while let Some(octet) = rest.pop_front() {
        match octet {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => plain.push(rest.pop_front().ok_or(Rule::CeV9)?),
            _ => plain.push(octet),
        }
    }
    if is_quoted {
        return Err(Rule::CeV9);
    }
    let mut octets = Vec::new();
    let mut pieces = plain.split(|octet| *octet == b'%');
    octets.extend(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit)).ok_or(Rule::CeV6)?;
        let digits = std::str::from_utf8(digits).map_err(|_| Rule::CeV6)?;
        octets.push(u8::from_str_radix(digits, 16).map_err(|_| Rule::CeV6)?);
        octets.extend(&piece[2..]);
    }
    match String::from_utf8(octets) {
        Err(_) => Err(Rule::CeV5),
        Ok(text) if text.chars().any(char::is_control) => Err(Rule::CeV10),
        Ok(text) if text.is_empty() => Err(Rule::CeASubject),
        Ok(text) => Ok(text),
    }
}

#[test]
fn ten_thousand_headers() {
    let many = |name: fn(usize) -> String| {
        let mut headers = full();
        headers.extend((0..10_000).map(|number| (name(number).into_bytes(), b"v".to_vec())));
        headers
    };
    let (different, same) = (many(|number| format!("ce-x{number}")), many(|_| "ce-x".to_owned()));
    for vetter in presets() {
        for headers in [&different, &same] {
            let verdict = judged(&vetter, headers, b"");
            let rule = verdict.findings().iter().find(|finding| finding.rejects()).map(|finding| finding.rule);
            assert!(verdict.status() == 431 || rule == Some(Rule::CeH4), "{}", verdict.status());
            assert!(
                verdict
                    .findings()
                    .iter()
                    .any(|finding| finding.rule == Rule::LimitHeaders || finding.rule == Rule::LimitFindings)
            );
        }
        assert!(judged(&vetter, &many(|number| format!("x-{number}")), b"").is_accepted());
    }
    let roomy = Vetter::cloudevents().policy(Policy::strict()).max_attributes(20_000).build().expect("no schema");
    let verdict = judged(&roomy, &different, b"");
    assert!(verdict.is_accepted(), "{}", verdict.status());
    assert_eq!(verdict.event().expect("an event").extensions().count(), 10_000);
    let verdict = judged(&roomy, &same, b"");
    assert_eq!((verdict.status(), verdict.findings().len()), (400, 101));
    let verdict = judged(&roomy, &many(|number| format!("ce-x_{number}")), b"");
    assert_eq!((verdict.status(), verdict.findings().len()), (400, 101));
}

#[test]
fn a_value_of_64_kib_in_every_standard_attribute() {
    let strict = vetter(Policy::strict());
    let observe = vetter(Policy::observe());
    for at in 0..FULL.len() {
        for piece in
            ["a", "/", "%41", "%C3%A9", "%", "\"\"", "\"a b\"", "\\", "\"\\", " ", "\t", ";", "\u{e9}", "1", ":", "%00"]
        {
            let mut headers = full();
            headers[at].1 = piece.repeat(65_536 / piece.len()).into_bytes();
            look(&observe, &headers, b"");
            let verdict = judged(&strict, &headers, b"");
            if verdict.is_accepted() {
                assert_sent_again(&strict, &verdict, b"");
            }
        }
    }
    let mut headers = full();
    headers[4].1 = vec![b'a'; 65_536];
    headers.push((b"ce-note".to_vec(), b"%41".repeat(21_845)));
    let verdict = judged(&strict, &headers, b"");
    assert!(verdict.is_accepted(), "{}", verdict.status());
    let event = verdict.event().expect("an event");
    assert_eq!(event.subject().map(str::len), Some(65_536));
    assert_eq!(event.attribute("note"), Some(&*"A".repeat(21_845)));
}

#[test]
fn names_with_odd_characters() {
    let strict = vetter(Policy::strict());
    let refusal = |name: &[u8]| {
        let mut headers = full();
        headers.push((name.to_vec(), b"v".to_vec()));
        for vetter in presets() {
            look(&vetter, &headers, b"");
        }
        let verdict = judged(&strict, &headers, b"");
        let finding = verdict.findings().first().map(|finding| (finding.rule, finding.place.to_string()));
        assert!(!verdict.is_accepted() || finding.as_ref().is_none_or(|(rule, _)| *rule == Rule::CeAName20));
        finding
    };
    let of = |rule: Rule, place: &str| Some((rule, format!("header:{place}")));
    assert_eq!(refusal(b"ce-"), of(Rule::CeAName, "ce-"));
    assert_eq!(refusal(b"ce"), None);
    assert_eq!(refusal(b""), None);
    assert_eq!(refusal(b"CE-Note"), None);
    assert_eq!(refusal(b"CE-ID"), of(Rule::CeH4, "ce-id"));
    assert_eq!(refusal(b"ce-data"), of(Rule::CeAReserved, "ce-data"));
    assert_eq!(refusal(b"ce-DataContentType"), of(Rule::CeH3, "ce-datacontenttype"));
    assert_eq!(refusal(b"Content-TYPE"), of(Rule::CeH5, "content-type"));
    assert_eq!(refusal(b"ce-a\r\nset-cookie: x"), of(Rule::CeAName, "ce-a??set-cookie??x"));
    assert_eq!(refusal("ce-\u{e9}\u{1f600}".as_bytes()), of(Rule::CeAName, "ce-??????"));
    assert_eq!(
        refusal(&[b"ce-".as_slice(), "a".repeat(65_536).as_bytes()].concat()),
        of(Rule::CeAName20, &format!("ce-{}", "a".repeat(61)))
    );
    for octet in 0..=255_u8 {
        let is_plain = octet.is_ascii_alphanumeric();
        assert_eq!(refusal(&[b'c', b'e', b'-', b'x', octet]).is_none(), is_plain, "{octet}");
    }
}

#[test]
fn every_octet_at_every_position_of_an_envelope() {
    let body = br#"{"specversion":"1.0","id":"\u00e9","source":"/s","type":"t","n":-1,"b":true,"time":"2018-04-05T03:56:24Z","datacontenttype":"a/b","data_base64":"YQ=="}"#;
    let headers: Headers = vec![(b"content-type".to_vec(), b"application/cloudevents+json".to_vec())];
    let strict = vetter(Policy::strict());
    let observe = vetter(Policy::observe());
    assert!(judged(&strict, &headers, body).is_accepted());
    for position in 0..body.len() {
        for octet in 0..=255_u8 {
            let mut changed = body.to_vec();
            changed[position] = octet;
            let verdict = judged(&strict, &headers, &changed);
            if verdict.is_accepted() {
                assert_sent_again(&strict, &verdict, &changed);
            }
            look(&observe, &headers, &changed);
        }
    }
}

#[test]
fn a_member_that_is_repeated_counts_once_where_that_is_let_through() {
    let vetter = vetter(Policy::standard().with(Rule::JsonDuplicate, Level::Warning));
    let headers: Headers = vec![(b"content-type".to_vec(), b"application/cloudevents+json".to_vec())];
    let body = br#"{"specversion":"1.0","id":"1","id":"2","source":"/s","type":"t","note":"a","note":"b"}"#;
    let verdict = judged(&vetter, &headers, body);
    assert!(verdict.is_accepted(), "{}", verdict.to_json());
    let event = verdict.event().expect("an event");
    assert_eq!(event.id(), "1");
    assert_eq!(event.extensions().collect::<Vec<_>>(), [("note", "a")]);
    assert_eq!(verdict.to_json().matches("\"note\"").count(), 1);
}

#[test]
fn members_with_long_and_odd_names_are_named_in_short() {
    let headers: Headers = vec![(b"content-type".to_vec(), b"application/cloudevents+json".to_vec())];
    for (name, shown) in [
        ("a_b".to_owned(), "a_b".to_owned()),
        ("_".repeat(64), "_".repeat(64)),
        ("_".repeat(65), format!("{}\u{2026}", "_".repeat(64))),
        ("\u{e9}".repeat(50_000), format!("{}\u{2026}", "\u{e9}".repeat(64))),
        (r"\u00e9".repeat(20_000), format!("{}\u{2026}", "\u{e9}".repeat(64))),
    ] {
        let body = format!(r#"{{"specversion":"1.0","id":"1","source":"/s","type":"t","{name}":[]}}"#);
        for vetter in presets() {
            let verdict = judged(&vetter, &headers, body.as_bytes());
            let finding = verdict.findings().iter().find(|finding| finding.rule == Rule::CeAName).expect("a finding");
            assert_eq!(finding.place.to_string(), format!("body:/{shown}"));
        }
    }
}

#[test]
fn a_batch_of_nothing_but_faults_is_not_answered_with_more_than_it_sent() {
    let vetter = Vetter::cloudevents().solicit_batches(true).build().expect("no schema");
    let headers: Headers = vec![(b"content-type".to_vec(), b"application/cloudevents-batch+json".to_vec())];
    for (event, status) in [("{}", 400), ("0", 400), ("{\"id\":0,\"id\":0}", 400)] {
        let body = format!("[{event}{}]", format!(",{event}").repeat(250_000 / (event.len() + 1)));
        let verdict = judged(&vetter, &headers, body.as_bytes());
        assert_eq!(verdict.status(), status);
        assert!(verdict.batch().is_some_and(|verdicts| verdicts.len() <= 100));
        let problem = hookvet::Problem::of(&verdict).expect("refused").to_json();
        assert!(problem.len() < 30_000, "{}", problem.len());
        assert!(verdict.to_json().len() < body.len(), "{}", verdict.to_json().len());
    }
}

#[test]
fn a_schema_is_not_walked_around_in_structured_mode() {
    let vetter = Vetter::amlyze().build().expect("built in");
    let headers: Headers = vec![(b"content-type".to_vec(), b"application/cloudevents+json".to_vec())];
    let refusal = |rest: &str| {
        let own =
            r#""specversion":"1.0","id":"1","source":"customer","type":"com.amlyze.customer.updated","subject":"42""#;
        let verdict = judged(&vetter, &headers, format!("{{{own}{rest}}}").as_bytes());
        let finding = verdict.findings().iter().find(|finding| finding.rejects());
        let finding = finding.unwrap_or_else(|| panic!("accepted: {}", verdict.to_json()));
        (finding.rule, finding.place.to_string())
    };
    let of = |rule: Rule, place: &str| (rule, format!("body:/{place}"));
    assert_eq!(refusal(""), of(Rule::JsonEmpty, "data"));
    assert_eq!(refusal(r#","data":{"pep":1}"#), of(Rule::SchemaType, "data/pep"));
    assert_eq!(refusal(r#","data_base64":"eyJwZXAiOjF9""#), of(Rule::SchemaType, "data_base64/pep"));
    let text = r#","datacontenttype":"text/plain","data":"x""#;
    assert_eq!(refusal(text), of(Rule::HttpContentType, "datacontenttype"));
}

#[test]
fn bytes_of_an_undeclared_type_need_not_be_json() {
    let mut event = CloudEvent::new("1", "/s", "t");
    event.data = b"\xff".to_vec();
    let strict = vetter(Policy::strict());
    for request in [event.to_binary(), event.to_structured()] {
        let request = request.expect("a valid event");
        let verdict = strict.vet(request.headers(), request.body(), 0);
        assert!(verdict.is_accepted(), "{}", verdict.to_json());
        assert_eq!(CloudEvent::of(&verdict, request.body()).as_ref(), Some(&event));
    }
}
