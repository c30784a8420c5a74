//! The property: every delivery gets a verdict that names its reasons, and what the strictest policy accepts can be sent
//! again, in either mode, and is read as the same event.

use std::collections::BTreeSet;

use hookvet::{CloudEvent, Handshake, Outgoing, Policy, Problem, Verdict, Vetter};

/// How many attributes are taken: the same in both modes, so that a structured event can travel in binary mode.
const MAX_ATTRIBUTES: usize = 100_000;

type Header<'i> = (&'i [u8], &'i [u8]);

/// Reads `input` as lines `name: value`, an empty line and a body, and judges it.
///
/// # Panics
/// Where the property does not hold.
pub(crate) fn check(input: &[u8]) {
    let end = input.windows(2).position(|window| window == b"\n\n");
    let (head, body) = end.map_or((input, &b""[..]), |end| (&input[..end], &input[end + 2..]));
    let headers: Vec<Header<'_>> = head
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let colon = line.windows(2).position(|window| window == b": ")?;
            Some((&line[..colon], &line[colon + 2..]))
        })
        .collect();
    let vetter = |policy| Vetter::cloudevents().policy(policy).max_attributes(MAX_ATTRIBUTES).solicit_batches(true);
    for vetter in [
        vetter(Policy::standard()),
        vetter(Policy::observe()).reveal(true),
        Vetter::amlyze().policy(Policy::tolerant()),
    ] {
        // No policy finds less than another of the same vendor refuses; here only that there is a whole verdict.
        look(&judged(&vetter.build().expect("built in"), &headers, body));
    }
    let strict = vetter(Policy::strict()).build().expect("no schema");
    let verdict = judged(&strict, &headers, body);
    look(&verdict);
    if verdict.is_accepted() && verdict.batch().is_none() {
        let event = CloudEvent::of(&verdict, body).expect("an accepted event");
        let structured = event.to_structured().unwrap_or_else(|error| panic!("{error}"));
        assert_same(&strict, &structured, &event);
        // Data of a CloudEvents media type cannot travel in binary mode.
        let is_nested = event.datacontenttype.as_ref().is_some_and(|media_type| {
            media_type.get(..23).is_some_and(|head| head.eq_ignore_ascii_case("application/cloudevents"))
        });
        match event.to_binary() {
            Ok(binary) => assert_same(&strict, &binary, &event),
            Err(error) => assert!(is_nested, "{error}"),
        }
    }
    let answer = Handshake::with_any_origin().answer(headers.iter().copied());
    assert!(answer.headers().iter().all(|(_, value)| value.bytes().all(|byte| (0x21..0x7f).contains(&byte))));
}

fn judged(vetter: &Vetter, headers: &[Header<'_>], body: &[u8]) -> Verdict {
    vetter.vet(headers.iter().map(|(name, value)| (*name, *value)), body, 0)
}

fn assert_same(vetter: &Vetter, request: &Outgoing, event: &CloudEvent) {
    let again = vetter.vet(request.headers(), request.body(), 0);
    assert!(again.is_accepted(), "{}", again.to_json());
    assert!(CloudEvent::of(&again, request.body()).as_ref() == Some(event), "{}", again.to_json());
}

fn look(verdict: &Verdict) {
    serde_json::from_str::<serde_json::Value>(&verdict.to_json()).expect("a verdict is JSON");
    let inner = verdict.batch().into_iter().flatten().flat_map(Verdict::findings);
    let is_refused = verdict.findings().iter().chain(inner).any(|finding| finding.rejects());
    assert_eq!(verdict.is_accepted(), !is_refused, "{}", verdict.to_json());
    if let Some(problem) = Problem::of(verdict) {
        serde_json::from_str::<serde_json::Value>(&problem.to_json()).expect("a problem document is JSON");
    }
    if let Some(event) = verdict.event() {
        let names: Vec<&str> = event.extensions().map(|(name, _)| name).collect();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "an extension stands twice");
    }
}
