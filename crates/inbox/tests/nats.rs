//! The store in NATS JetStream, against a server of its own that syncs each message.

mod engine;

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
