//! `Lease::done` in a transaction of sqlx.

#[cfg(test)]
mod tests {
    use hookvet_inbox::{Inbox, Query, Record, State, Store as _, Terms};
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
    use sqlx::{ConnectOptions as _, Connection as _};

    /// What a handler does: its own rows, and the delivery's.
    async fn handle(app: &mut SqliteConnection, sql: &'static str, seq: i64, token: i64) -> sqlx::Result<bool> {
        let mut transaction = app.begin().await?;
        sqlx::query("INSERT INTO customers VALUES ('a')").execute(&mut *transaction).await?;
        let changed = sqlx::query(sql).bind(seq).bind(token).execute(&mut *transaction).await?.rows_affected();
        if changed == 1 {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        Ok(changed == 1)
    }

    #[tokio::test]
    async fn a_lease_is_settled_in_a_transaction_of_sqlx() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("app.sqlite");
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut app = options.connect().await.expect("connected");
        sqlx::query("CREATE TABLE customers (id TEXT)").execute(&mut app).await.expect("made");
        let inbox = Inbox::open(&format!("sqlite:{}?shared=true", file.display())).await.expect("an inbox");
        let record = Record { vendor: "amlyze".into(), key: Some("1".into()), ..Record::default() };
        let lease = inbox.append(record, Some(Terms::default())).await.expect("appended").lease.expect("a lease");
        let done = lease.done().expect("a statement");
        assert!(handle(&mut app, done.sql, done.seq, done.token).await.expect("run"));
        assert!(!handle(&mut app, done.sql, done.seq, done.token).await.expect("run"));
        let (count,): (i64,) =
            sqlx::query_as("SELECT count(*) FROM customers").fetch_one(&mut app).await.expect("a row");
        let page = inbox.find(Query { limit: 1, ..Query::default() }).await.expect("found");
        assert_eq!((count, page.deliveries[0].state), (1, State::Done));
    }
}
