//! Senders that go on while an engine is stopped and started: what they are told to be stored is what is there, each of it once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hookvet_inbox::{Arrival, Inbox, Query, Record, Store as _};

const PATIENCE: Duration = Duration::from_secs(120);

/// `disturb` is called so many times with some load in between.
pub(crate) async fn survives(what: &str, inbox: &Inbox, times: u32, mut disturb: impl FnMut()) {
    let is_over = Arc::new(AtomicBool::new(false));
    let (stored, failures) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let senders: Vec<_> = (0..16)
        .map(|sender| {
            let (inbox, is_over, stored, failures) = (inbox.clone(), is_over.clone(), stored.clone(), failures.clone());
            tokio::spawn(async move {
                let mut keys = Vec::new();
                while !is_over.load(Ordering::Relaxed) {
                    let key = format!("{sender}-{}", keys.len());
                    let record = Record { vendor: "amlyze".into(), key: Some(key.clone()), ..Record::default() };
                    let started = Instant::now();
                    // As a vendor does, who repeats what is not acknowledged.
                    while let Err(error) = inbox.append(record.clone(), None).await {
                        assert!(started.elapsed() < PATIENCE, "{key} is not stored: {error}");
                        failures.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    stored.fetch_add(1, Ordering::Relaxed);
                    keys.push(key);
                }
                keys
            })
        })
        .collect();
    for _ in 0..times {
        let (before, started) = (stored.load(Ordering::Relaxed), Instant::now());
        while stored.load(Ordering::Relaxed) < before + 100 {
            assert!(started.elapsed() < PATIENCE, "nothing is stored");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        tokio::task::block_in_place(&mut disturb);
    }
    is_over.store(true, Ordering::Relaxed);
    let mut acknowledged = HashSet::new();
    for sender in senders {
        acknowledged.extend(sender.await.expect("a sender"));
    }
    let (mut found, mut again, mut after) = (Vec::new(), 0, 0);
    loop {
        let page = inbox.find(Query { after, limit: 500, ..Query::default() }).await.expect("found");
        again += page.deliveries.iter().map(|delivery| delivery.redeliveries).sum::<u64>();
        found.extend(page.deliveries.into_iter().filter_map(|delivery| delivery.record.key));
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    let distinct: HashSet<_> = found.iter().cloned().collect();
    println!(
        "{what}, {times} times: {} acknowledged, {} failed and sent again, {} stored, {again} redeliveries",
        acknowledged.len(),
        failures.load(Ordering::Relaxed),
        found.len()
    );
    assert!(distinct.len() == found.len(), "{} are there twice", found.len() - distinct.len());
    assert!(acknowledged == distinct, "{} acknowledged, {} stored", acknowledged.len(), distinct.len());
    let record = Record { vendor: "amlyze".into(), key: Some("0-0".into()), ..Record::default() };
    let known = inbox.append(record, None).await.expect("appended").arrival;
    assert!(matches!(known, Arrival::Duplicate(_)), "{known:?}");
}
