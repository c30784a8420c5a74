//! The store in PostgreSQL, against a server of its own.

mod engine;
#[path = "engine/load.rs"]
mod load;

use engine::Postgres;
use hookvet_inbox::{PostgresStore, StoreError, conformance};

struct Subject {
    server: Postgres,
}

impl conformance::Subject for Subject {
    type Store = PostgresStore;

    async fn fresh(&mut self) -> PostgresStore {
        self.server.psql("DROP SCHEMA IF EXISTS hookvet CASCADE").expect("dropped");
        PostgresStore::connect(&self.server.url()).await.expect("a store")
    }

    async fn another(&mut self) -> Option<PostgresStore> {
        Some(PostgresStore::connect(&self.server.url()).await.expect("a store"))
    }

    async fn restarted(&mut self) -> Option<PostgresStore> {
        self.server.kill();
        self.server.resume();
        Some(PostgresStore::connect(&self.server.url()).await.expect("a store"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_passes_the_conformance_suite() {
    let mut subject = Subject { server: Postgres::start() };
    assert!(conformance::run(&mut subject).await > 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_make_the_tables_at_once_and_those_of_a_later_version_are_left_as_they_are() {
    let server = Postgres::start();
    let url = server.url();
    let opened = futures_util::future::join_all((0..8).map(|_| PostgresStore::connect(&url))).await;
    assert!(opened.iter().all(Result::is_ok), "{opened:?}");
    drop(opened);
    server.psql("UPDATE hookvet.layout SET version = 7").expect("changed");
    let error = PostgresStore::connect(&url).await.expect_err("refused").to_string();
    assert!(error.contains("expected layout 1 of the schema hookvet, but found 7"), "{error}");
    assert_eq!(server.psql("SELECT version FROM hookvet.layout").as_deref(), Some("7"));
}

#[tokio::test]
async fn an_error_does_not_show_the_password() {
    for url in ["postgres://u:hush@127.0.0.1:1/d", "postgres://u:hush@127.0.0.1:port/d"] {
        let Err(StoreError::Failed(error)) = PostgresStore::connect(url).await else { panic!("it is connected") };
        assert!(!error.contains("hush"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_and_started_under_load_loses_nothing_and_doubles_nothing() {
    let mut server = Postgres::start();
    let inbox = hookvet_inbox::Inbox::open(&server.url()).await.expect("an inbox");
    let restart = || {
        server.kill();
        server.resume();
    };
    load::survives("PostgreSQL killed", &inbox, 5, restart).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_under_load_lose_nothing_and_double_nothing() {
    let server = Postgres::start();
    let inbox = hookvet_inbox::Inbox::open(&server.url()).await.expect("an inbox");
    let cut = || {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                   AND backend_type = 'client backend'";
        server.psql(cut).expect("cut");
    };
    load::survives("all connections cut", &inbox, 20, cut).await;
}
