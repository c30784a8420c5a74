//! What metrics and traces show of deliveries, what they must not show, and that the files in `docs/` name only what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hookvet::{Policy, Vetter};
use hookvet_receiver::{Answer, Closing, DeliverySpan, End, Head, Metrics, OnInvalid, Opening, Quarantined, Receiver};
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

/// What a sender writes and nobody else must come to see.
const VALUES: [&str; 7] = ["Sputnik", "hunter2", "secret-source", "secret-subject", "secret-id", "secret-type", "1998"];

fn headers(event_type: &str) -> Vec<(String, String)> {
    [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "secret-id"),
        ("ce-source", if event_type == CUSTOMER { "customer" } else { "secret-source" }),
        ("ce-subject", "secret-subject"),
        ("ce-type", event_type),
        ("authorization", "Bearer hunter2"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

const PENDING: &str = "app.amlyze.related_entity.screening.sanctions.pending";
const CUSTOMER: &str = "com.amlyze.customer.updated";
const CUSTOMER_BODY: &str =
    r#"{"customerExternalID":"secret-subject","riskLevel":"HIGH","updatedAt":"2026-03-10T12:53:45Z"}"#;

/// Held by every test that delivers: whether a place in the code is traced is one decision for the whole process, and a test
/// without a subscriber can make it just when another one gets its own.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

fn amlyze() -> Receiver {
    Receiver::with_clock(Vetter::amlyze().build().expect("a vetter"), || 0)
}

/// Sends one delivery through, and tells how it was answered; `None` where the handler was called.
fn deliver(receiver: &Receiver, headers: &[(String, String)], body: &str) -> Option<Answer> {
    let head = Head::new("POST", headers.iter().map(|(name, value)| (name, value)));
    let reception = match receiver.open(head) {
        Opening::Read(reception) => reception,
        Opening::Refuse(refusal) => return Some(refusal.answer()),
        Opening::Consent(answer) => return Some(answer),
    };
    let span: DeliverySpan = reception.span().clone();
    span.in_scope(|| match receiver.close(reception, body.to_owned().into(), End::Whole) {
        Closing::Pass(_) => {
            tracing::info!(target: "app", "handled");
            None
        }
        Closing::Refuse(refusal) => Some(refusal.answer()),
        Closing::Keep(keep) => {
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
            Some(runtime.block_on(keep.start(headers.iter().map(|(name, value)| (name, value)))).1)
        }
    })
}

/// One accepted, one with drift that passes, one refused by its payload, one by its headers, one of an unknown type, one that the
/// sink does not keep.
fn deliver_all(observed: impl Fn(Receiver) -> Receiver) {
    let receiver = observed(amlyze());
    assert!(deliver(&receiver, &headers(CUSTOMER), CUSTOMER_BODY).is_none());
    let tolerant = Vetter::amlyze().policy(Policy::tolerant()).build().expect("a vetter");
    let severe = CUSTOMER_BODY.replace("HIGH", "Sputnik");
    assert!(deliver(&observed(Receiver::with_clock(tolerant, || 0)), &headers(CUSTOMER), &severe).is_none());
    assert_eq!(deliver(&receiver, &headers(CUSTOMER), &severe).map(|answer| answer.status), Some(422));
    let mut twice = headers(CUSTOMER);
    twice.push(("ce-id".to_owned(), "secret-id-2".to_owned()));
    assert_eq!(deliver(&receiver, &twice, CUSTOMER_BODY).map(|answer| answer.status), Some(400));
    assert!(deliver(&receiver, &headers("app.amlyze.secret-type"), r#"{"title":"Sputnik"}"#).is_none());
    let failing = observed(amlyze()).on_invalid(OnInvalid::quarantine(|_: Quarantined| async {
        Err::<(), _>(io::Error::other("Sputnik does not fit"))
    }));
    assert_eq!(deliver(&failing, &headers(PENDING), "[]").map(|answer| answer.status), Some(503));
}

/// Every series by its name and labels, a counter's value or a histogram's number of samples.
fn series(snapshotter: &Snapshotter) -> BTreeMap<String, u64> {
    let snapshot = snapshotter.snapshot().into_vec();
    snapshot
        .into_iter()
        .map(|(key, _, _, value)| {
            let key = key.key();
            let labels: Vec<String> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            let value = match value {
                DebugValue::Counter(count) => count,
                DebugValue::Histogram(samples) => samples.len() as u64,
                DebugValue::Gauge(_) => panic!("no gauge is exported"),
            };
            (format!("{} {}", key.name(), labels.join(" ")), value)
        })
        .collect()
}

#[test]
fn deliveries_refusals_findings_and_drift_are_counted_under_bounded_labels() {
    let _alone = alone();
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || deliver_all(|receiver| receiver.observer(Metrics::new())));
    let series = series(&snapshotter);
    for (name, expected) in [
        (format!("hookvet_deliveries_total vendor=amlyze type={CUSTOMER} decision=accept disposition=delivered"), 2),
        (format!("hookvet_deliveries_total vendor=amlyze type={CUSTOMER} decision=reject disposition=refused"), 2),
        ("hookvet_deliveries_total vendor=amlyze type=other decision=accept disposition=delivered".to_owned(), 1),
        (format!("hookvet_deliveries_total vendor=amlyze type={PENDING} decision=reject disposition=not_stored"), 1),
        (format!("hookvet_refusals_total vendor=amlyze type={CUSTOMER} rule=SCHEMA-enum"), 1),
        (format!("hookvet_refusals_total vendor=amlyze type={CUSTOMER} rule=CE-H4"), 1),
        (format!("hookvet_refusals_total vendor=amlyze type={PENDING} rule=SCHEMA-type"), 1),
        // Drift counts whether or not it refuses.
        (format!("hookvet_drift_total vendor=amlyze type={CUSTOMER} rule=SCHEMA-enum"), 2),
        ("hookvet_findings_total vendor=amlyze rule=AMLYZE-D03 severity=warning".to_owned(), 1),
        // Headers that refuse leave the body unread.
        ("hookvet_body_bytes vendor=amlyze".to_owned(), 5),
        ("hookvet_body_wait_seconds vendor=amlyze".to_owned(), 5),
        ("hookvet_verdict_seconds vendor=amlyze".to_owned(), 6),
    ] {
        assert_eq!(series.get(&name), Some(&expected), "{name} in {series:#?}");
    }
    let all = format!("{series:?}");
    assert!(VALUES.iter().all(|value| !all.contains(value)), "{all}");
    let names: BTreeSet<&str> = series.keys().filter_map(|key| key.split(' ').next()).collect();
    assert_eq!(names, Metrics::NAMES.into());
}

#[test]
fn a_flood_of_types_is_one_series_and_types_of_ones_own_have_theirs() {
    let _alone = alone();
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let vetter = Vetter::cloudevents().build().expect("a vetter");
        let receiver = Receiver::with_clock(vetter, || 0).observer(Metrics::new().types(["com.example.paid"]));
        for number in 0..50 {
            assert!(deliver(&receiver, &headers(&format!("com.example.{number}")), "{}").is_none());
        }
        assert!(deliver(&receiver, &headers("com.example.paid"), "{}").is_none());
    });
    let series = series(&snapshotter);
    let deliveries: Vec<_> = series.iter().filter(|(name, _)| name.starts_with("hookvet_deliveries_total")).collect();
    let count = |event_type: &str| {
        let name = format!(
            "hookvet_deliveries_total vendor=cloudevents type={event_type} decision=accept disposition=delivered"
        );
        series.get(&name).copied()
    };
    assert_eq!((deliveries.len(), count("other"), count("com.example.paid")), (2, Some(50), Some(1)));
}

/// Keeps what a subscriber writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Written {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

fn traced(work: impl FnOnce()) -> String {
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(written.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, work);
    let bytes = written.0.lock().expect("no panic").clone();
    String::from_utf8(bytes).expect("text")
}

#[test]
fn a_span_and_an_event_a_delivery_tell_words_and_numbers_and_no_value() {
    let _alone = alone();
    let written = traced(|| deliver_all(|receiver| receiver));
    let verdicts: Vec<&str> = written.lines().filter(|line| line.contains(" hookvet: ")).collect();
    assert_eq!(verdicts.len(), 6, "{written}");
    for (line, level, fields) in [
        (
            verdicts[0],
            "DEBUG",
            format!(
                r#"vendor="amlyze" type="{CUSTOMER}" mode="binary" decision="accept" disposition="delivered" status=204 rules="" micros="#
            ),
        ),
        (verdicts[1], " INFO", r#"status=204 rules="SCHEMA-enum""#.to_owned()),
        (verdicts[2], " WARN", r#"disposition="refused" status=422 rules="SCHEMA-enum""#.to_owned()),
        (verdicts[3], " WARN", r#"status=400 rules="CE-H4""#.to_owned()),
        (verdicts[4], " INFO", r#"type="other""#.to_owned()),
        (verdicts[5], "ERROR", r#"disposition="not_stored" status=422"#.to_owned()),
    ] {
        assert!(line.contains(level) && line.contains(&fields), "{level} {fields} in {line}");
    }
    // What the handler says is inside the span, which knows the verdict by then.
    let handled: Vec<&str> = written.lines().filter(|line| line.contains("app: handled")).collect();
    assert_eq!(handled.len(), 3, "{written}");
    assert!(handled.iter().all(|line| line.contains(r#"delivery{vendor="amlyze" type="#)), "{written}");
    assert!(VALUES.iter().all(|value| !written.contains(value)), "{written}");
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every word of a text that looks like a metric of ours.
fn names_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
    words
        .filter(|word| word.starts_with("hookvet_"))
        .filter(|word| !["hookvet_receiver", "hookvet_tower", "hookvet_actix"].contains(word))
        .map(|word| {
            // What an exporter makes of a histogram.
            let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| word.strip_suffix(suffix));
            histogram.filter(|name| Metrics::NAMES.contains(name)).unwrap_or(word).to_owned()
        })
        .collect()
}

fn expect_known(names: &BTreeSet<String>, file: &str) {
    let unknown: Vec<_> = names.iter().filter(|name| !Metrics::NAMES.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "{file} names metrics that there are not: {unknown:?}");
}

#[test]
fn the_page_names_every_metric_and_no_other() {
    let names = names_in(&read("observability.md"));
    expect_known(&names, "observability.md");
    assert_eq!(names.len(), Metrics::NAMES.len(), "{names:?}");
}

#[test]
fn every_query_of_the_dashboard_asks_for_metrics_that_there_are() {
    let text = read("grafana-dashboard.json");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut named = BTreeSet::new();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        let title = panel["title"].as_str().expect("a title");
        let targets = panel["targets"].as_array().unwrap_or_else(|| panic!("targets of {title}"));
        assert!(!targets.is_empty(), "{title}");
        for target in targets {
            let names = names_in(target["expr"].as_str().unwrap_or_else(|| panic!("an expression of {title}")));
            assert!(!names.is_empty(), "{title}");
            named.extend(names);
        }
    }
    expect_known(&named, "grafana-dashboard.json");
    assert_eq!(named.len(), Metrics::NAMES.len(), "a metric is in no panel: {named:?}");
}

#[test]
fn every_alert_asks_for_metrics_and_rules_that_there_are() {
    let text = read("alerts.yml");
    let documents = yaml_rust2::YamlLoader::load_from_str(&text).expect("YAML");
    let mut alerts = 0;
    for group in documents[0]["groups"].as_vec().expect("groups") {
        for alert in group["rules"].as_vec().expect("rules") {
            let name = alert["alert"].as_str().expect("a name");
            let expression = alert["expr"].as_str().unwrap_or_else(|| panic!("the expression of {name}"));
            let names = names_in(expression);
            assert!(!names.is_empty(), "{name}");
            expect_known(&names, name);
            assert!(alert["annotations"]["summary"].as_str().is_some(), "{name}");
            assert!(alert["labels"]["severity"].as_str().is_some(), "{name}");
            alerts += 1;
        }
    }
    assert!(alerts >= 6, "{alerts}");
    // Rules stand there by name.
    for word in text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-')) {
        if ["SIG-", "AUTH-", "STORE-", "SCHEMA-", "CE-", "AMLYZE-", "DATASPIKE-"]
            .iter()
            .any(|prefix| word.starts_with(prefix))
            && !word.ends_with('-')
        {
            assert!(word.parse::<hookvet::Rule>().is_ok(), "{word}");
        }
    }
}
