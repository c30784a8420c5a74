//! Whole deliveries: header rules, payload and verdict together, beside what reading the payload alone costs.

use std::hint::black_box;

use hookvet::Vetter;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::fixtures::{Fixture, MIXED, Set, Variant};
use crate::mutate::Random;
use crate::typed::RelatedEntity;

/// A delivery as a server hands it over.
struct Delivery {
    headers: HeaderMap,
    body: String,
}

/// What is measured; the first is what the others are compared with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// `serde_json` reads the body into a type that borrows.
    Typed,
    /// The body against its schema.
    Body,
    /// The headers alone.
    Open,
    /// The whole verdict.
    Vet,
    /// A vetter is built and dropped.
    Build,
}

impl Step {
    pub(crate) const ALL: [Self; 5] = [Self::Typed, Self::Body, Self::Open, Self::Vet, Self::Build];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Typed => "serde_json typed, body alone",
            Self::Body => "hookvet, body alone",
            Self::Open => "hookvet, headers alone",
            Self::Vet => "hookvet, headers and body",
            Self::Build => "hookvet, building the vetter",
        }
    }
}

/// How `ce-time` is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Time {
    /// As RFC 3339 has it.
    Upper,
    /// As the vendor's example has it, which gives a warning.
    AsDocumented,
}

impl Time {
    pub(crate) const ALL: [Self; 2] = [Self::Upper, Self::AsDocumented];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Upper => "time in upper case",
            Self::AsDocumented => "time in lower case, as in the vendor's example",
        }
    }
}

/// Deliveries of one kind, and who judges them.
pub(crate) struct Deliveries {
    vetter: Vetter,
    tables: hookvet::internals::Tables,
    list: Vec<Delivery>,
}

impl Deliveries {
    /// As many as a mixed set has, each with identifiers of its own.
    pub(crate) fn new(time: Time) -> Self {
        let fixture = Fixture::RelatedEntity;
        let mut random = Random(11);
        let bodies = fixture.documents(Variant::Valid, Set::Mixed);
        let list: Vec<Delivery> = bodies
            .into_iter()
            .map(|body| Delivery { headers: headers(fixture.event().name, &body, time, &mut random), body })
            .collect();
        assert_eq!(list.len(), MIXED);
        let vetter = Vetter::amlyze().build().expect("the defaults");
        for delivery in &list {
            let verdict = vetter.vet(&delivery.headers, delivery.body.as_bytes(), 0);
            assert!(verdict.is_accepted(), "{}", verdict.to_json());
            assert_eq!(verdict.findings().len(), usize::from(time == Time::AsDocumented), "{}", verdict.to_json());
        }
        let tables = hookvet::internals::Tables::of(fixture.event()).expect("built in");
        Self { vetter, tables, list }
    }

    pub(crate) fn slices(&self, size: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
        (0..self.list.len()).step_by(size).map(move |start| start..start + size)
    }

    /// Does one step for a range of the deliveries.
    #[inline(never)]
    pub(crate) fn work(&self, step: Step, range: std::ops::Range<usize>) {
        for delivery in &self.list[range] {
            let body = delivery.body.as_bytes();
            match step {
                Step::Typed => drop(black_box(serde_json::from_slice::<RelatedEntity<'_>>(body))),
                Step::Body => drop(black_box(self.tables.is_clean(body))),
                Step::Open => drop(black_box(self.vetter.open(&delivery.headers, 0))),
                Step::Vet => drop(black_box(self.vetter.vet(&delivery.headers, body, 0))),
                Step::Build => drop(black_box(Vetter::amlyze().build())),
            }
        }
    }
}

/// The headers of the documented example behind a server: six attributes, and what an HTTP client adds.
fn headers(event_type: &str, body: &str, time: Time, random: &mut Random) -> HeaderMap {
    let mut digits = |count: usize| (0..count).map(|_| char::from(b"0123456789abcdef"[random.below(16)])).collect();
    let mut uuid = || {
        let parts: Vec<String> = [8, 4, 4, 4, 12].into_iter().map(&mut digits).collect();
        parts.join("-")
    };
    let (source, id, subject) = (uuid(), uuid(), uuid());
    let (t, z) = if time == Time::Upper { ('T', 'Z') } else { ('t', 'z') };
    let (minute, second, fraction) = (random.below(60), random.below(60), random.below(100));
    let time = format!("2026-03-10{t}12:{minute:02}:{second:02}.{fraction:02}{z}");
    let length = body.len().to_string();
    let pairs = [
        ("host", "hooks.example.com"),
        ("user-agent", "AmlyzeWebhooks/1.0"),
        ("accept", "*/*"),
        ("content-type", "application/json"),
        ("content-length", &length),
        ("ce-specversion", "1.0"),
        ("ce-id", &id),
        ("ce-source", &source),
        ("ce-type", event_type),
        ("ce-subject", &subject),
        ("ce-time", &time),
    ];
    pairs
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value")))
        .collect()
}
