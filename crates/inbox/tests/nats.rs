//! The store in NATS JetStream, against a server of its own that syncs each message.

mod engine;
#[path = "engine/load.rs"]
mod load;

use engine::Nats;
use hookvet_inbox::{NatsStore, conformance};

struct Subject {
    server: Nats,
    stores: u32,
}

impl Subject {
    async fn open(&self) -> NatsStore {
        let url = format!("{}?replicas=1&sync=always&stream=CASE_{}", self.server.server(), self.stores);
        NatsStore::connect(&url).await.expect("a store")
    }
}

impl conformance::Subject for Subject {
    type Store = NatsStore;

    async fn fresh(&mut self) -> NatsStore {
        self.stores += 1;
        self.open().await
    }

    async fn another(&mut self) -> Option<NatsStore> {
        Some(self.open().await)
    }

    async fn restarted(&mut self) -> Option<NatsStore> {
        self.server.kill();
        self.server.resume();
        Some(self.open().await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_passes_the_conformance_suite() {
    let mut subject = Subject { server: Nats::start(), stores: 0 };
    assert!(conformance::run(&mut subject).await > 30);
}

#[tokio::test]
async fn a_server_that_may_lose_what_it_has_acknowledged_is_refused() {
    let server = Nats::start();
    for query in ["?replicas=1", "?replicas=2", "?sync=always&replicas=0", "?stream=a.b", "?other=1"] {
        let error = NatsStore::connect(&format!("{}{query}", server.server())).await.expect_err(query).to_string();
        assert!(error.contains("expected"), "{query}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_and_started_under_load_loses_nothing_and_doubles_nothing() {
    let mut server = Nats::start();
    let url = format!("{}?replicas=1&sync=always", server.server());
    let inbox = hookvet_inbox::Inbox::open(&url).await.expect("an inbox");
    let restart = || {
        server.kill();
        server.resume();
    };
    load::survives("NATS killed", &inbox, 5, restart).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_limit_is_reached_refuses_and_keeps_what_it_has() {
    use hookvet_inbox::{Inbox, Query, Record, Store as _};

    let server = Nats::start_with("max_file_store: 3MB");
    let inbox = Inbox::open(&format!("{}?replicas=1&sync=always", server.server())).await.expect("an inbox");
    let (mut stored, mut refused) = (0, 0);
    while refused < 3 && stored < 1000 {
        let body = vec![7; 50_000].into();
        let record =
            Record { vendor: "amlyze".into(), key: Some(format!("{stored} {refused}")), body, ..Record::default() };
        match inbox.append(record, None).await {
            Ok(_) => stored += 1,
            Err(_) => refused += 1,
        }
    }
    let page = inbox.find(Query { limit: 1000, ..Query::default() }).await.expect("found");
    println!("a limit of 3 MB: {stored} acknowledged, {refused} refused, {} stored", page.deliveries.len());
    assert!(refused == 3 && stored > 10 && page.deliveries.len() == stored, "{stored} {refused}");
}
