//! Every store passes the conformance suite.

use hookvet_inbox::{MemoryStore, SqliteOptions, SqliteStore, conformance};
use tempfile::TempDir;

struct Memory;

impl conformance::Subject for Memory {
    type Store = MemoryStore;

    async fn fresh(&mut self) -> MemoryStore {
        MemoryStore::new()
    }
}

#[tokio::test]
async fn memory() {
    assert!(conformance::run(&mut Memory).await > 30);
}

/// Whatever is encrypted on its way in comes out as it was.
#[cfg(feature = "encryption")]
#[tokio::test]
async fn encrypted() {
    struct Subject;

    impl conformance::Subject for Subject {
        type Store = hookvet_inbox::Encrypted<MemoryStore>;

        async fn fresh(&mut self) -> Self::Store {
            let keys = hookvet_inbox::Keys::parse(&format!("a {}", "1".repeat(64))).expect("keys");
            hookvet_inbox::Encrypted::new(MemoryStore::new(), keys)
        }
    }

    assert!(conformance::run(&mut Subject).await > 30);
}

struct Sqlite(TempDir);

impl Sqlite {
    fn open(&self) -> SqliteStore {
        SqliteStore::open(self.0.path().join("inbox.sqlite"), SqliteOptions::default()).expect("a store")
    }
}

impl conformance::Subject for Sqlite {
    type Store = SqliteStore;

    async fn fresh(&mut self) -> SqliteStore {
        self.0 = tempfile::tempdir().expect("a folder");
        self.open()
    }

    async fn another(&mut self) -> Option<SqliteStore> {
        Some(self.open())
    }

    async fn restarted(&mut self) -> Option<SqliteStore> {
        Some(self.open())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let mut subject = Sqlite(tempfile::tempdir().expect("a folder"));
    assert!(conformance::run(&mut subject).await > 30);
}
