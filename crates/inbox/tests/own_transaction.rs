//! `Lease::done` and `CLAIM` in transactions of the user's own, run by a driver that the inbox knows nothing of.

use hookvet_inbox::{Inbox, Query, Record, State, Store as _, Terms, Wanted};

fn record(key: &str) -> Record {
    Record { vendor: "amlyze".into(), key: Some(key.into()), ..Record::default() }
}

fn wanted(count: u32) -> Wanted {
    Wanted { count, terms: Terms::default(), in_order: false }
}

async fn states(inbox: &Inbox) -> Vec<State> {
    let page = inbox.find(Query { limit: 10, ..Query::default() }).await.expect("found");
    page.deliveries.iter().map(|delivery| delivery.state).collect()
}

#[tokio::test]
async fn rusqlite_in_the_applications_own_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("app.sqlite");
    let mut app = rusqlite::Connection::open(&file).expect("a file");
    app.execute_batch("CREATE TABLE customers (id TEXT)").expect("made");
    let inbox = Inbox::open(&format!("sqlite:{}?shared=true", file.display())).await.expect("an inbox");
    for key in ["1", "2", "3"] {
        let _ = inbox.append(record(key), None).await.expect("kept");
    }
    let leased = inbox.lease(wanted(2)).await.expect("leased");

    // What a handler does: its own rows, and the delivery's.
    let handle = |app: &mut rusqlite::Connection, sql: &str, parameters: &[i64]| {
        let transaction = app.transaction().expect("begun");
        transaction.execute("INSERT INTO customers VALUES ('a')", []).expect("written");
        let changed = transaction.execute(sql, rusqlite::params_from_iter(parameters)).expect("run");
        // Dropped without a commit, a transaction is rolled back.
        changed == 1 && transaction.commit().is_ok()
    };
    let done = leased[0].lease.done().expect("a statement");
    assert!(handle(&mut app, done.sql, &[done.seq, done.token]));
    assert!(!handle(&mut app, done.sql, &[done.seq, done.token]));
    let claim = hookvet_inbox::SqliteStore::CLAIM;
    assert!(!handle(&mut app, claim, &[leased[1].lease.seq]), "a delivery that another holds");
    let third = leased[1].lease.seq + 1;
    assert!(handle(&mut app, claim, &[third]));
    assert!(!handle(&mut app, claim, &[third]));
    let count: i64 = app.query_row("SELECT count(*) FROM customers", [], |row| row.get(0)).expect("a count");
    assert_eq!((count, states(&inbox).await), (2, vec![State::Done, State::Leased, State::Done]));
}

#[cfg(feature = "postgres")]
mod engine;

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn tokio_postgres_in_the_applications_own_database() {
    let server = engine::Postgres::start();
    let inbox = Inbox::open(&server.url()).await.expect("an inbox");
    for key in ["1", "2", "3"] {
        let _ = inbox.append(record(key), None).await.expect("kept");
    }
    let leased = inbox.lease(wanted(2)).await.expect("leased");
    let connect = async || {
        let (client, connection) =
            tokio_postgres::connect(&server.url(), tokio_postgres::NoTls).await.expect("connected");
        tokio::spawn(connection);
        client
    };
    let mut app = connect().await;
    app.batch_execute("CREATE TABLE customers (id text)").await.expect("made");

    // What a handler does: its own rows, and the delivery's.
    let handle = async |app: &mut tokio_postgres::Client,
                        sql: &str,
                        parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)]| {
        let transaction = app.transaction().await.expect("begun");
        transaction.execute("INSERT INTO customers VALUES ('a')", &[]).await.expect("written");
        let changed = transaction.execute(sql, parameters).await.expect("run");
        // Dropped without a commit, a transaction is rolled back.
        changed == 1 && transaction.commit().await.is_ok()
    };
    let done = leased[0].lease.done().expect("a statement");
    assert!(handle(&mut app, done.sql, &[&done.seq, &done.token]).await);
    assert!(!handle(&mut app, done.sql, &[&done.seq, &done.token]).await);
    let claim = hookvet_inbox::PostgresStore::CLAIM;
    assert!(!handle(&mut app, claim, &[&leased[1].lease.seq]).await, "a delivery that another holds");
    // Two claim it in the same instant: the second one waits, and then it is the first one's.
    let third = leased[1].lease.seq + 1;
    let mut other = connect().await;
    let third: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&third];
    let (one, two) = futures_util::join!(handle(&mut app, claim, &third), handle(&mut other, claim, &third));
    assert!(one != two, "{one} {two}");
    let count: i64 = app.query_one("SELECT count(*) FROM customers", &[]).await.expect("a count").get(0);
    assert_eq!((count, states(&inbox).await), (2, vec![State::Done, State::Leased, State::Done]));
}
