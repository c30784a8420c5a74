//! No `Debug` or `Display` of a public type shows a value of a delivery or a secret, unless it is that value by itself.
//!
//! Which types there are is read from the sources, so a new one is asked about: it is shown here, with a canary wherever a
//! sender or a secret can reach, or it is on the list of those that can hold neither.

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::{Debug, Display};
use std::future::{Ready, pending, ready};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform as _};
use axum::body::Body;
use bytes::Bytes;
use hookvet::{
    BuildError, CheckRequest, Checker, CloudEvent, Credential, Handshake, Pending, Problem, Rejection, Secret, Verdict,
    Vetter, amlyze, dataspike,
};
use hookvet_receiver::{
    Closing, End, Head, Headers, InsideSpan, Observation, OnInvalid, Opening, Quarantine, Quarantined, Receiver,
};
use hookvet_tower::VetLayer;
use hookvet_tower::axum::EventRouter;
use http_body_util::Full;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::{Layer as _, ServiceExt as _, service_fn};

/// Stands for a value that nobody may see: in text, ...
const CANARY: &str = "canary-0f6c2b9d7e";

/// ... and where only a number fits.
const NUMBER: u32 = 7_707_707;

/// The secret whose key is the canary.
fn secret_text() -> String {
    let digits: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("whsec_{digits}")
}

// What was shown.

/// The types that were shown, and what they let out.
#[derive(Default)]
struct Shown {
    types: BTreeSet<String>,
    displayed: BTreeSet<String>,
    leaks: Vec<String>,
}

impl Shown {
    fn add<T: Debug>(&mut self, value: &T, display: Option<String>) {
        let key = key_of(type_name::<T>());
        if display.is_some() {
            self.displayed.insert(key.clone());
        }
        for text in [Some(format!("{value:?}")), Some(format!("{value:#?}")), display].into_iter().flatten() {
            if leaks(&text) {
                self.leaks.push(format!("{key}: {text}"));
            }
        }
        self.types.insert(key);
    }
}

/// Whether the canary is in a text, as text, in hexadecimal digits, or as a list of bytes.
fn leaks(text: &str) -> bool {
    let list = CANARY.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(",");
    let compact: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    text.contains(CANARY)
        || text.contains(secret_text().trim_start_matches("whsec_"))
        || compact.contains(&list)
        || text.contains(&NUMBER.to_string())
}

/// `hookvet::verdict::Verdict<..>` under the name `hookvet::Verdict`; the two vendors have types of the same name.
fn key_of(type_name: &str) -> String {
    let path = type_name.split('<').next().unwrap_or_default();
    let segments: Vec<&str> = path.split("::").collect();
    let (name, krate) = (segments[segments.len() - 1], segments[0]);
    match segments.get(1) {
        Some(vendor @ (&"amlyze" | &"dataspike")) => format!("{krate}::{vendor}::{name}"),
        _ => format!("{krate}::{name}"),
    }
}

/// `Display` where a type has it: method calls take the first of these two that fits.
struct Probe<'v, T>(&'v T);

trait WithDisplay {
    fn display(&self) -> Option<String>;
}

impl<T: Display> WithDisplay for Probe<'_, T> {
    fn display(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

trait WithoutDisplay {
    fn display(&self) -> Option<String>;
}

impl<T> WithoutDisplay for &Probe<'_, T> {
    fn display(&self) -> Option<String> {
        None
    }
}

macro_rules! show {
    ($shown:expr; $($value:expr),+ $(,)?) => {{$(
        let value = &$value;
        let display = (&Probe(value)).display();
        $shown.add(value, display);
    )+}};
}

// Which types there are.

/// How a public type comes to its `Debug`.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Source {
    /// Derived, or written by hand.
    Own,
    /// By a macro of the catalogue, with these members where it has any.
    Macro(&'static str, Vec<String>),
}

/// Every public type with `Debug` or `Display` in the sources of the five crates.
fn types() -> BTreeMap<String, Source> {
    let mut types = BTreeMap::new();
    for (folder, krate) in [
        ("catalogue", "hookvet_catalogue"),
        ("core", "hookvet"),
        ("receiver", "hookvet_receiver"),
        ("tower", "hookvet_tower"),
        ("actix", "hookvet_actix"),
    ] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(folder).join("src");
        for file in sources(&root) {
            let text = std::fs::read_to_string(&file).expect("a source");
            // Tests stand at the end of a file.
            let text = text.split("\n#[cfg(test)]\n").next().unwrap_or_default();
            let inner = file.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
            let vendor = ["amlyze", "dataspike"].into_iter().find(|vendor| inner.starts_with(vendor));
            let prefix =
                vendor.filter(|_| folder == "catalogue").map_or(krate.to_owned(), |it| format!("{krate}::{it}"));
            for (name, source) in types_in(text) {
                types.insert(format!("{prefix}::{name}"), source);
            }
        }
    }
    types
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.expect("an entry").path())
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn types_in(text: &str) -> Vec<(String, Source)> {
    let mut found = Vec::new();
    let mut within = None;
    let mut is_derived = false;
    for line in text.lines() {
        let trimmed = line.trim_start();
        if let Some(name) = ["payload", "words", "texts"].into_iter().find(|name| line == format!("{name}! {{")) {
            within = Some(name);
        } else if line == "}" {
            within = None;
        }
        if trimmed.starts_with("#[derive(") {
            is_derived = trimmed.contains("Debug") || trimmed.contains("thiserror::Error");
        } else if let Some(name) = ["pub struct ", "pub enum ", "pub union ", "pub part "]
            .into_iter()
            .find_map(|kind| trimmed.strip_prefix(kind))
            .map(first_word)
            // A macro's own `$Name` is none.
            .filter(|name| !name.is_empty())
        {
            match within {
                Some(by) => found.push((name, Source::Macro(by, Vec::new()))),
                None if is_derived || has_impl(text, &name) => found.push((name, Source::Own)),
                None => {}
            }
            is_derived = false;
        } else if let (Some("payload"), Some((_, Source::Macro(_, members))), Some((_, rest))) =
            (within, found.last_mut(), trimmed.split_once(" = \""))
        {
            members.extend(rest.split('"').next().map(str::to_owned));
        } else if !trimmed.starts_with("///") && !trimmed.starts_with("#[") && !trimmed.starts_with(')') {
            is_derived = false;
        }
    }
    found
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|character| character.is_alphanumeric()).collect()
}

/// Whether `Debug` or `Display` is written out for a type.
fn has_impl(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        line.trim_start().starts_with("impl")
            && ["Debug for ", "Display for "].into_iter().any(|part| {
                line.split_once(part).is_some_and(|(_, rest)| first_word(rest.trim_start_matches("super::")) == name)
            })
    })
}

#[test]
fn types_are_found_however_they_come_to_their_debug() {
    let text = "
/// Doc.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Derived<'a> {}

#[derive(Clone)]
pub struct ByHand(u8);

impl<B> fmt::Debug for ByHand<B> {}

#[derive(Clone)]
pub enum Neither {}

#[derive(Debug)]
struct Private;

#[derive(thiserror::Error)]
pub enum Fault {}

payload! {
    /// Doc.
    pub struct Member {
        /// Doc.
        plain: String = \"plain\",
        renamed: bool = \"re_named\" | \"other\",
    }
}

pin_project! {
    #[derive(Debug)]
    pub struct Pinned<B> {}
}
";
    let members = vec!["plain".to_owned(), "re_named".to_owned()];
    assert_eq!(
        types_in(text),
        [
            ("Derived".to_owned(), Source::Own),
            ("ByHand".to_owned(), Source::Own),
            ("Fault".to_owned(), Source::Own),
            ("Member".to_owned(), Source::Macro("payload", members)),
            ("Pinned".to_owned(), Source::Own),
        ]
    );
}

/// Types that can hold no value of a delivery and no secret, each list with its reason.
const HOLD_NONE: &[(&str, &[&str])] = &[
    (
        "words, numbers and markers of this project",
        &[
            "hookvet::CredentialError",
            "hookvet::Decision",
            "hookvet::Class",
            "hookvet::Level",
            "hookvet::Mode",
            "hookvet::Picks",
            "hookvet::Preset",
            "hookvet::Rule",
            "hookvet::SecretError",
            "hookvet::Severity",
            "hookvet_catalogue::amlyze::ScreeningList",
            "hookvet_catalogue::amlyze::Stage",
            "hookvet_catalogue::dataspike::ErrorKind",
            "hookvet_catalogue::UnknownVendor",
            "hookvet_catalogue::Vendor",
            "hookvet_receiver::Disposition",
            "hookvet_receiver::End",
            "hookvet_receiver::NetworkError",
            "hookvet_receiver::Timings",
            "hookvet_tower::EventRouterHandler",
            "hookvet_tower::NewBody",
            "hookvet_tower::SameBodies",
        ],
    ),
    (
        "what the catalogue says of its events, the same for everybody",
        &[
            "hookvet_catalogue::amlyze::Resolved",
            "hookvet_catalogue::Certainty",
            "hookvet_catalogue::EventInfo",
            "hookvet_catalogue::Example",
            "hookvet_catalogue::Origin",
            "hookvet_catalogue::PayloadKnowledge",
        ],
    ),
    (
        "settings as the user wrote them, none of them secret",
        &[
            "hookvet::SchemaWarning",
            "hookvet::AllowedRate",
            "hookvet_catalogue::Header",
            "hookvet_catalogue::Message",
            "hookvet::Handshake",
            "hookvet::Picks",
            "hookvet::Policy",
            "hookvet::SchemaFault",
            "hookvet::SchemaWarning",
            "hookvet::UnknownLevel",
            "hookvet::UnknownPreset",
            "hookvet::UnknownRule",
            "hookvet_receiver::Metrics",
            "hookvet_receiver::Networks",
        ],
    ),
    ("the name of a member or of a header, escaped, which is shown wherever a finding is", &["hookvet::Place"]),
    ("the address of a peer and nothing else", &["hookvet_tower::Peer"]),
    (
        "for this project's own tests, behind a feature that is none of its interface",
        &["hookvet::Departure", "hookvet::Found", "hookvet::Oracle", "hookvet::Tables"],
    ),
    (
        "a verdict on a screening, which is shown only where somebody shows it by itself",
        &["hookvet_catalogue::amlyze::ScreeningDecision"],
    ),
];

#[test]
fn no_public_type_shows_a_value_or_a_secret() {
    let types = types();
    let mut shown = Shown::default();
    catalogue(&mut shown, &types);
    core(&mut shown);
    receiver(&mut shown);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(tower_types(&mut shown));
    actix_web::rt::System::new().block_on(actix_types(&mut shown));

    assert!(shown.leaks.is_empty(), "{:#?}", shown.leaks);
    let excused: BTreeSet<&str> = HOLD_NONE.iter().flat_map(|(_, names)| *names).copied().collect();
    let missing: Vec<_> =
        types.keys().filter(|key| !shown.types.contains(*key) && !excused.contains(key.as_str())).collect();
    assert!(missing.is_empty(), "show these with canaries in them, or say why they can hold none: {missing:#?}");
    let gone: Vec<_> = excused.iter().filter(|key| !types.contains_key(**key)).collect();
    assert!(gone.is_empty(), "there are no such types: {gone:#?}");
    let both: Vec<_> = excused.iter().filter(|key| shown.types.contains(**key)).collect();
    assert!(both.is_empty(), "these are shown, and need no reason: {both:#?}");
    assert!(types.len() > 150 && shown.displayed.len() > 5, "{} {}", types.len(), shown.displayed.len());
}

#[test]
fn a_canary_is_found_in_every_form_in_which_debug_shows_bytes() {
    assert!(leaks(&format!("{CANARY:?}")));
    assert!(leaks(&format!("{:?}", Bytes::from(CANARY))));
    assert!(leaks(&format!("{:?}", CANARY.as_bytes())) && leaks(&format!("{:#?}", vec![Some(CANARY.as_bytes())])));
    assert!(leaks(&secret_text()) && leaks(&format!("{:?}", [NUMBER])));
    assert!(!leaks("Secret(..)"));
}

// The values.

/// A value of every type, and every member of it set.
fn catalogue(shown: &mut Shown, types: &BTreeMap<String, Source>) {
    use hookvet_catalogue::{Date, Instant, Opaque, ReadError, Timestamp, Unknown, read};

    macro_rules! payloads {
        ($vendor:ident: $($Name:ident)+) => {$(
            let Some(Source::Macro("payload", members)) = types.get(&key_of(type_name::<$vendor::$Name>())) else {
                panic!("{} is no payload", stringify!($Name));
            };
            shown.add(&filled::<$vendor::$Name>(members), None);
        )+};
    }
    // Words and texts are shown by `Display`, which is how one gets at them; what hides them is `Debug`.
    macro_rules! texts {
        ($($Name:path)+) => {$( shown.add(&<$Name>::from(CANARY), None); )+};
    }
    payloads! { amlyze:
        CommunicationEvents CommunicationEvent CommunicationError CustomerUpdated RelatedEntityScreeningPending
        RelatedEntityScreeningCompleted RiskPending RiskDecided KycCompleted RetrospectiveCompleted ScreeningPending
        ScreeningCompleted
    }
    payloads! { dataspike:
        Applicant ApplicantInfo SearchOptions Check CheckError DocverChecks Mrz Liveness EntityRecord SearchMetadata
        DateRange EntityFields PersonName Source Media Image ContactInfo RegistrationId Place PoliticalRole Occupation
        Company Associate History Invocation WebhookCreateRequest WebhookCreated WebhookList Webhook SecretRotated
        AmlScreening OverallRisk SearchRequest SearchResult TransmonEventCreated TransmonRules TransmonRule
        Verification VerificationList Document PoiData VerificationSettings
    }
    texts! {
        Timestamp Date amlyze::CustomerId amlyze::RelatedEntityId amlyze::CustomerStatus amlyze::RelatedEntityType
        amlyze::RiskLevel amlyze::DecisionType amlyze::RetrospectiveDecision dataspike::EventId dataspike::WebhookId
        dataspike::VerificationId dataspike::ApplicantId dataspike::DocumentId dataspike::ScreeningId
        dataspike::ApplicantStatus dataspike::CheckStatus dataspike::CheckName dataspike::RiskScore dataspike::Tag
        dataspike::EntityType dataspike::MatchLevel dataspike::FieldMatch dataspike::TransmonRuleStatus
        dataspike::TransmonEventKind dataspike::VerificationStatus dataspike::DocumentType
    }
    // Parts have their members from the object that they are in.
    let pending: amlyze::RelatedEntityScreeningPending = from(json!({ "title": CANARY, "birthDate": CANARY }));
    let completed: amlyze::ScreeningCompleted = from(json!({ "pep": true, "extra": CANARY }));
    assert_eq!(pending.entity.title.as_deref(), Some(CANARY));
    show!(shown; pending.entity, completed.flags);

    let opaque: Opaque = from(json!({ CANARY: CANARY }));
    let instant = Instant { seconds: NUMBER.into(), nanos: NUMBER };
    let error: ReadError = read::<bool>(json!(CANARY).to_string().as_bytes()).expect_err("text");
    let published: dataspike::PublishedAt = from(json!(CANARY));
    let integer = dataspike::Integer::from(i64::from(NUMBER));
    let seconds = dataspike::PublishedAt::Seconds(integer.clone());
    show!(shown; opaque, instant, error, error.kind(), published, integer, seconds);

    let event = |event_type: &str| {
        let context = amlyze::Context::new(CANARY, CANARY, event_type).with_subject(CANARY).with_time(CANARY);
        let data = json!({ "externalId": CANARY, "customerExternalID": CANARY, CANARY: CANARY });
        amlyze::Event::read(context, data.to_string().as_bytes()).expect("an event")
    };
    for info in hookvet::events().iter().filter(|info| info.vendor == hookvet::Vendor::Amlyze) {
        let event = event(info.name);
        show!(shown; event, event.context, event.data, event.resource());
        if let Some(process) = event.process() {
            show!(shown; process);
        }
    }
    let unknown = event(CANARY);
    let amlyze::Data::Unknown(inner) = &unknown.data else { panic!("{unknown:?}") };
    let inner: &Unknown = inner;
    show!(shown; unknown, unknown.context, unknown.data, unknown.resource(), *inner);

    for event_type in ["DOCVER", "DOCVER_CHECKS", "AML_SCREENING", "AML", "APPLICANT", CANARY] {
        let payload = json!({ "id": CANARY, "applicant_id": CANARY, "external_id": CANARY, CANARY: CANARY });
        let event = dataspike::Event::read(dataspike_body(event_type, &payload).as_bytes()).expect("an event");
        show!(shown; event, event.payload);
        if let dataspike::Payload::Opaque(payload) = &event.payload {
            show!(shown; *payload);
        }
    }
}

fn from<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{}: {error}", type_name::<T>()))
}

/// A payload with a canary in each of its members, whatever they take, and in one that nobody knows.
fn filled<T: DeserializeOwned + Serialize + Debug>(members: &[String]) -> T {
    let inner = json!({ CANARY: CANARY });
    let forms = [
        json!(CANARY),
        json!(NUMBER),
        inner.clone(),
        json!([CANARY]),
        json!([NUMBER]),
        json!([inner]),
        json!({ CANARY: inner }),
        json!(true),
    ];
    let mut object = serde_json::Map::from_iter([(CANARY.to_owned(), json!(CANARY))]);
    for member in members {
        let holds = |form: &&Value| {
            let read = serde_json::from_value::<T>(json!({ member: form }));
            // One object where a list belongs is read as a list of one.
            read.is_ok_and(|read| serde_json::to_value(read).is_ok_and(|written| written[member] == **form))
        };
        let form = forms.iter().find(holds).unwrap_or_else(|| panic!("{}: {member}", type_name::<T>()));
        object.insert(member.clone(), form.clone());
    }
    let value = Value::Object(object);
    let read: T = from(value.clone());
    assert_eq!(serde_json::to_value(&read).expect("JSON"), value, "{}", type_name::<T>());
    read
}

fn dataspike_body(event_type: &str, payload: &Value) -> String {
    json!({ "id": CANARY, "webhook_id": CANARY, "event_type": event_type, "timestamp": CANARY, "payload": payload })
        .to_string()
}

/// Headers of a delivery that is accepted under `observe`, with a canary in every one that may hold it.
fn headers() -> Vec<(String, String)> {
    let canary = CANARY.to_owned();
    [
        ("content-type", "application/json".to_owned()),
        ("ce-specversion", "1.0".to_owned()),
        ("ce-id", canary.clone()),
        ("ce-source", canary.clone()),
        ("ce-type", canary.clone()),
        ("ce-subject", canary.clone()),
        ("ce-time", canary.clone()),
        ("ce-extension", canary.clone()),
        ("authorization", format!("Bearer {canary}")),
        ("webhook-request-origin", canary.clone()),
        ("x-other", canary),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// Headers in order, of an event whose schema refuses the body.
fn refused_headers() -> Vec<(String, String)> {
    let mut headers = headers();
    "com.amlyze.customer.updated".clone_into(&mut headers[4].1);
    "2026-03-10T12:53:45Z".clone_into(&mut headers[6].1);
    headers
}

fn body() -> String {
    json!({ "riskLevel": CANARY, "customerExternalID": CANARY, "updatedAt": CANARY, "pep": NUMBER }).to_string()
}

fn pairs(headers: &[(String, String)]) -> impl Iterator<Item = (&String, &String)> + Clone {
    headers.iter().map(|(name, value)| (name, value))
}

fn vetters() -> Vec<Vetter> {
    let build = |builder: hookvet::VetterBuilder| builder.reveal(true).build().expect("a vetter");
    vec![
        build(Vetter::amlyze()),
        build(Vetter::amlyze().policy(hookvet::Policy::observe())),
        build(Vetter::cloudevents().solicit_batches(true)),
        build(Vetter::dataspike().secret(secret())),
        build(Vetter::dataspike().allow_unsigned()),
    ]
}

fn secret() -> Secret {
    Secret::parse(&secret_text()).expect("a secret").labelled("a label").expires(u64::MAX)
}

fn credentials() -> [Credential; 3] {
    [Credential::header("x-token", CANARY), Credential::basic(CANARY, CANARY), Credential::bearer(CANARY)]
        .map(|credential| credential.expect("a credential"))
}

fn core(shown: &mut Shown) {
    let request = json!({
        "vendor": "dataspike", "headers": headers(), "body": body(), "secrets": [secret_text(), { "secret": secret_text() }],
    });
    let request = CheckRequest::from_json(&request.to_string()).expect("a request");
    let mut checker = Checker::default();
    let checked = checker.check(&request).expect("a verdict");
    show!(shown; request, checker, checked);
    for line in [
        json!(CANARY),
        json!([CANARY]),
        json!({ CANARY: CANARY }),
        json!({ "vendor": CANARY }),
        json!({ "vendor": "amlyze", "policy": CANARY }),
        json!({ "vendor": "amlyze", "headers": CANARY }),
        json!({ "vendor": "amlyze", "headers": [], "rules": { CANARY: CANARY } }),
        json!({ "vendor": "amlyze", "headers": [], "secrets": [CANARY] }),
        json!({ "vendor": "amlyze", "headers": [], "body_base64": format!("{CANARY}!") }),
        json!({ "vendor": "amlyze", "headers": [], "now": CANARY }),
    ] {
        show!(shown; Checker::default().check_line(&line.to_string()).expect_err(CANARY));
    }

    show!(shown; secret());
    for credential in credentials() {
        show!(shown; credential);
    }
    let builder =
        credentials().into_iter().fold(Vetter::dataspike().secret(secret()), hookvet::VetterBuilder::credential);
    show!(shown; builder, builder.build().expect("a vetter"));
    for error in [
        Vetter::dataspike().build().expect_err("no secret"),
        Vetter::amlyze().accepted_status(1).build().expect_err("a status"),
    ] {
        let error: BuildError = error;
        show!(shown; error);
    }

    let handshake = Handshake::with_any_origin();
    let answer = handshake.answer([("webhook-request-origin", CANARY), ("webhook-request-rate", "5")]);
    assert!(answer.is_allowed());
    show!(shown; answer);

    let event = CloudEvent::new(CANARY, CANARY, CANARY)
        .with_subject(CANARY)
        .with_extension("extension", CANARY)
        .with_data("text/plain", CANARY);
    show!(shown; event, event.to_binary().expect("a request"), event.to_structured().expect("a request"));
    let wrong = event.with_time(CANARY);
    show!(shown; wrong, wrong.to_binary().expect_err("no time"));

    let structured = json!({
        "specversion": "1.0", "id": CANARY, "source": CANARY, "type": CANARY, "time": CANARY, "extension": CANARY,
        "data": { CANARY: CANARY },
    });
    let batch = json!([structured, { "id": CANARY }, CANARY]);
    let other = |content_type: &str| {
        vec![("content-type".to_owned(), content_type.to_owned()), ("x".to_owned(), CANARY.to_owned())]
    };
    let mut signed = other("application/json");
    signed.push(("x-webhook-signature".to_owned(), format!("t=0,v1={CANARY}")));
    for vetter in vetters() {
        for (headers, body) in [
            (headers(), body()),
            (refused_headers(), body()),
            (headers(), format!("{{\"{CANARY}")),
            (other(&format!("application/json; {CANARY}")), body()),
            (other("application/cloudevents+json"), structured.to_string()),
            (other("application/cloudevents-batch+json"), batch.to_string()),
            (other("application/json"), dataspike_body("DOCVER", &json!({ "status": CANARY }))),
            (signed.clone(), dataspike_body(CANARY, &json!({ "status": CANARY }))),
        ] {
            let verdict = vetter.vet(pairs(&headers), body.as_bytes(), 0);
            verdict_types(shown, &verdict, body.as_bytes());
            match vetter.open(pairs(&headers), 0) {
                Ok(pending) => {
                    let pending: Pending = pending;
                    show!(shown; pending);
                }
                Err(rejection) => {
                    let rejection: Rejection = rejection;
                    show!(shown; rejection);
                }
            }
        }
    }
    let vetter = Vetter::amlyze().reveal(true).build().expect("a vetter");
    let headers = refused_headers();
    let verdict = vetter.vet(pairs(&headers), body().as_bytes(), 0);
    assert!(
        verdict.findings().iter().any(|finding| finding.value.as_deref().is_some_and(|value| value.contains(CANARY)))
    );
    assert!(verdict.event().is_some_and(|event| event.id() == CANARY && event.source() == CANARY));
    assert!(Problem::of(&verdict).is_some_and(|problem| problem.to_json().contains(CANARY)));
}

fn verdict_types(shown: &mut Shown, verdict: &Verdict, body: &[u8]) {
    show!(shown; *verdict, *verdict.authenticity());
    for one in verdict.batch().into_iter().flatten() {
        verdict_types(shown, one, body);
    }
    for finding in verdict.findings() {
        show!(shown; *finding);
    }
    if let Some(event) = verdict.event() {
        show!(shown; *event);
    }
    if let Some(problem) = Problem::of(verdict) {
        show!(shown; problem);
    }
    let errors = [verdict.read::<amlyze::Event>(body).err(), verdict.read::<dataspike::Event>(body).err()];
    for error in errors.into_iter().flatten() {
        show!(shown; error);
    }
}

/// Shows what is only lent, for later.
type Later = Arc<Mutex<Shown>>;

fn observed(receiver: Receiver, later: &Later) -> Receiver {
    let (one, other) = (later.clone(), later.clone());
    receiver
        .observer(move |observation: &Observation<'_>| show!(one.lock().expect("nobody panics"); *observation))
        .limiter(move |headers: &Headers<'_>, _| {
            show!(other.lock().expect("nobody panics"); *headers);
            None
        })
}

fn receiver(shown: &mut Shown) {
    let later = Later::default();
    let vetter = || Vetter::amlyze().handshake(Handshake::with_any_origin()).build().expect("a vetter");
    let keeps = {
        let later = later.clone();
        Quarantine::new(move |delivery: Quarantined| {
            show!(later.lock().expect("nobody panics"); delivery);
            ready(Err::<(), _>(std::io::Error::other(CANARY)))
        })
    };
    show!(shown; keeps);
    let mut kinds = BTreeSet::new();
    for on_invalid in [OnInvalid::Respond, OnInvalid::Quarantine(keeps), OnInvalid::PassWithVerdict] {
        show!(shown; on_invalid);
        let receiver = observed(Receiver::with_clock(vetter(), || 0).on_invalid(on_invalid), &later);
        show!(shown; receiver);
        let asked = [("webhook-request-origin", CANARY)];
        for (method, headers) in [("POST", refused_headers()), (CANARY, headers())] {
            let head = Head::new(method, pairs(&headers));
            show!(shown; head);
            match receiver.open(head) {
                Opening::Consent(_) => panic!("not asked"),
                Opening::Refuse(refusal) => show!(shown; refusal, refusal.answer(), Opening::Refuse(refusal.clone())),
                Opening::Read(reception) => {
                    let span = reception.span().clone();
                    let inside: InsideSpan<'_> = span.enter();
                    show!(shown; reception, span, inside);
                    drop(inside);
                    let opening = Opening::Read(reception);
                    show!(shown; opening);
                    let Opening::Read(reception) = opening else { continue };
                    let closing = receiver.close(reception, body().into(), End::Whole);
                    show!(shown; closing);
                    match closing {
                        Closing::Pass(received) => {
                            kinds.insert("pass");
                            show!(shown; received, received.answer().expect("refused"));
                        }
                        Closing::Refuse(refusal) => {
                            kinds.insert("refuse");
                            show!(shown; refusal, *refusal.received(), refusal.answer());
                        }
                        Closing::Keep(keep) => {
                            kinds.insert("keep");
                            show!(shown; keep, *keep.received());
                            let mut keeping = keep.start(pairs(&headers));
                            show!(shown; keeping);
                            let waker = std::task::Waker::noop();
                            let done = std::pin::Pin::new(&mut keeping).poll(&mut Context::from_waker(waker));
                            let Poll::Ready((received, answer)) = done else { panic!("the sink is done at once") };
                            show!(shown; received, answer);
                        }
                    }
                }
            }
        }
        let Opening::Consent(answer) = receiver.open(Head::new("OPTIONS", asked)) else { panic!("asked") };
        assert!(format!("{:?}", answer.headers).contains(CANARY));
        show!(shown; answer, Opening::Consent(answer.clone()));
    }
    assert_eq!(kinds, BTreeSet::from(["keep", "pass", "refuse"]));
    let later = std::mem::take(&mut *later.lock().expect("nobody panics"));
    assert!(later.types.contains("hookvet_receiver::Quarantined"));
    shown.types.extend(later.types);
    shown.leaks.extend(later.leaks);
}

fn request() -> http::Request<Full<Bytes>> {
    let request = refused_headers()
        .into_iter()
        .fold(http::Request::post("/"), |request, (name, value)| request.header(name, value));
    request.body(Full::from(body())).expect("a request")
}

async fn tower_types(shown: &mut Shown) {
    use hookvet_tower::Delivery;
    use hookvet_tower::axum::{Vetted, VettedRejection};

    let receiver = Receiver::with_clock(vetters()[0].clone(), || 0);
    let layer: VetLayer = VetLayer::from(receiver);
    show!(shown; layer, layer.layer("any service"));

    let inner =
        service_fn(async |_: http::Request<Full<Bytes>>| Ok::<_, Infallible>(http::Response::new(CANARY.to_owned())));
    let service = layer.clone().with_body::<Full<Bytes>>().layer(inner);
    let response = service.oneshot(request()).await.expect("an answer");
    let delivery = response.extensions().get::<Delivery>().expect("a delivery").clone();
    show!(shown; *response.body(), delivery, VettedRejection::Refused(delivery.clone()), VettedRejection::MissingLayer);
    let observing = VetLayer::with_clock(vetters()[1].clone(), || 0);
    let inner =
        service_fn(async |_: http::Request<Full<Bytes>>| Ok::<_, Infallible>(http::Response::new(CANARY.to_owned())));
    let passed = observing.with_body::<Full<Bytes>>().layer(inner).oneshot(request()).await.expect("an answer");
    show!(shown; *passed.body());

    let error = delivery.verdict().read::<dataspike::Event>(delivery.body()).expect_err("another vendor");
    let event: amlyze::CustomerUpdated = filled(&["riskLevel".to_owned()]);
    show!(shown; VettedRejection::Unread(error), Vetted(event));
    show!(shown; EventRouter::<()>::new());
    let called = tower::Service::call(&mut EventRouter::<()>::new(), request().map(Body::new));
    show!(shown; called);
}

/// What is behind the middleware, and never answers.
#[derive(Debug)]
struct Inner;

impl Service<ServiceRequest> for Inner {
    type Response = ServiceResponse;
    type Error = actix_web::Error;
    type Future = std::future::Pending<Result<ServiceResponse, actix_web::Error>>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), actix_web::Error>> {
        Poll::Pending
    }

    fn call(&self, _: ServiceRequest) -> Self::Future {
        pending()
    }
}

async fn actix_types(shown: &mut Shown) {
    use actix_web::test::TestRequest;
    use hookvet_actix::{Delivery, Vet, Vetted, VettedRejection};

    let vet = Vet::with_clock(vetters()[0].clone(), || 0);
    let made: Ready<_> = vet.new_transform(Inner);
    let service = made.await.expect("a service");
    show!(shown; vet, service);
    let request = refused_headers().into_iter().fold(TestRequest::post(), TestRequest::insert_header);
    let response = service.call(request.set_payload(body()).to_srv_request()).await.expect("an answer");
    let delivery = response.response().extensions().get::<Delivery>().expect("a delivery").clone();
    let error = delivery.verdict().read::<dataspike::Event>(delivery.body()).expect_err("another vendor");
    let event: amlyze::CustomerUpdated = filled(&["riskLevel".to_owned()]);
    show!(shown; delivery, VettedRejection::Refused(delivery.clone()), VettedRejection::MissingVet);
    show!(shown; VettedRejection::Unread(error), Vetted(event));
}
