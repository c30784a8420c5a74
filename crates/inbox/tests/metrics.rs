//! What is counted, under the names that the page lists and no others.

use std::collections::BTreeSet;
use std::path::Path;

use hookvet_inbox::{Horizon, Inbox, Outcome, Query, Record, Store as _, Terms};
use metrics_util::debugging::DebuggingRecorder;

#[test]
fn the_page_names_every_metric_and_no_value_becomes_a_label() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("inbox.sqlite").display());
    recorder.install().expect("the only recorder");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let inbox = Inbox::open(&url).await.expect("an inbox");
        let record = Record {
            vendor: "Sputnik".into(),
            key: Some("Sputnik".into()),
            subject: Some("Sputnik".into()),
            event_type: Some("Sputnik".into()),
            ..Record::default()
        };
        let lease = inbox.append(record, Some(Terms::default())).await.expect("appended").lease.expect("a lease");
        for _ in 0..2 {
            let _ = inbox.settle(lease, Outcome::Done).await.expect("settled");
        }
        inbox.find(Query { with_stats: true, ..Query::default() }).await.expect("found");
        inbox.sweep(Horizon::default(), 1).await.expect("swept");
    });
    let mut counted = BTreeSet::new();
    for (key, ..) in snapshotter.snapshot().into_vec() {
        let key = key.key();
        assert!(key.labels().all(|label| !label.value().contains("Sputnik")), "{key:?}");
        counted.insert(key.name().to_owned());
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/inbox.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let words = page.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let named: BTreeSet<_> = words.filter(|word| word.starts_with("hookvet_inbox_")).map(str::to_owned).collect();
    assert_eq!(counted, named);
}
