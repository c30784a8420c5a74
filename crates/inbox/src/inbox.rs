//! A handle to a store, opened by its address.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hookvet_receiver::{QuarantineSink, Quarantined, StoreFuture};
use tokio::sync::Notify;

use crate::memory::MemoryStore;
use crate::observe;
use crate::record::Record;
use crate::store::{
    Appended, Change, Horizon, Lease, Leased, Outcome, Page, Pending, Query, Selection, Settled, Store, StoreError,
    Swept, Terms, Wanted,
};

/// How much is swept in one step, so that nobody waits long for it.
const SWEEP: u32 = 500;

/// The wait between two steps.
const SWEEP_PAUSE: Duration = Duration::from_millis(100);

/// The wait before it is looked again.
const TEND_EVERY: Duration = Duration::from_secs(15);

/// A store, whichever it is. Clones share it.
///
/// It is a [`Store`] itself, and a sink for what a quarantine sets aside.
///
/// # Example
/// ```
/// use hookvet_inbox::{Inbox, Record, Store as _};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), hookvet_inbox::StoreError> {
/// let inbox = Inbox::open("memory:").await?;
/// let record = Record { vendor: "amlyze".into(), key: Some("source 1".into()), ..Record::default() };
/// println!("{}", inbox.append(record, None).await?.arrival.as_str());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Inbox {
    store: Arc<dyn Store>,
    /// Woken when something is appended here, so that a worker beside it need not wait for its next look.
    appended: Arc<Notify>,
}

impl Inbox {
    /// A store of your own.
    pub fn new(store: impl Store) -> Self {
        Self { store: Arc::new(store), appended: Arc::default() }
    }

    /// Opens a store, and makes its tables where there are none.
    ///
    /// | address | store |
    /// |---|---|
    /// | `memory:` | [`MemoryStore`], which outlives nothing |
    /// | `sqlite:FILE` | `SqliteStore`; `?patience=SECONDS` for others that write, `?shared=true` for a file of your application |
    /// | `postgres://…` | `PostgresStore`; what libpq takes |
    /// | `nats://…` | `NatsStore`; `?stream=NAME`, `?replicas=COUNT`, `?sync=always` |
    ///
    /// # Errors
    /// The address is none of these, or the store cannot be opened. The text does not repeat the address, which may hold a password.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (scheme, rest) = url.split_once(':').unwrap_or(("", url));
        match scheme {
            "memory" if rest.is_empty() => Ok(Self::new(MemoryStore::new())),
            #[cfg(feature = "sqlite")]
            "sqlite" => open_sqlite(rest).await.map(Self::new),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => crate::PostgresStore::connect(url).await.map(Self::new),
            #[cfg(feature = "nats")]
            "nats" => crate::NatsStore::connect(url).await.map(Self::new),
            _ => Err(StoreError::Failed(format!(
                "expected an address as {}, but found another one",
                known().join(" or ")
            ))),
        }
    }

    /// The same store, with what deliveries hold encrypted from now on. See [`Encrypted`](crate::Encrypted).
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn encrypted(&self, keys: crate::Keys) -> Self {
        Self { store: Arc::new(crate::Encrypted::new(self.store.clone(), keys)), appended: self.appended.clone() }
    }

    /// Sweeps what is older than the horizon, and says how much is where to the metrics, until it is dropped. Each process may do
    /// it.
    pub async fn tend(&self, horizon: Horizon) {
        loop {
            // A store that is down is asked again; whoever appends hears of it.
            let _ = self.find(Query { with_stats: true, ..Query::default() }).await;
            let swept = self.sweep(horizon, SWEEP).await.unwrap_or_default();
            let is_more = swept.deliveries.max(swept.keys) == u64::from(SWEEP);
            tokio::time::sleep(if is_more { SWEEP_PAUSE } else { TEND_EVERY }).await;
        }
    }

    /// Waits until something is appended through this handle or a clone of it, or until `limit` has passed.
    pub(crate) async fn appended_within(&self, limit: Duration) {
        // Either is a reason to look.
        let _ = tokio::time::timeout(limit, self.appended.notified()).await;
    }
}

/// What `open` knows in this build.
fn known() -> Vec<&'static str> {
    vec![
        "memory:",
        #[cfg(feature = "sqlite")]
        "sqlite:FILE",
        #[cfg(feature = "postgres")]
        "postgres://USER@HOST/DATABASE",
        #[cfg(feature = "nats")]
        "nats://HOST",
    ]
}

#[cfg(feature = "sqlite")]
async fn open_sqlite(rest: &str) -> Result<crate::SqliteStore, StoreError> {
    let (file, options) = parse_sqlite(rest)?;
    let open = move || crate::SqliteStore::open(file, options);
    // It may have to wait for others.
    tokio::task::spawn_blocking(open).await.map_err(StoreError::failed)?
}

/// `FILE?patience=SECONDS&shared=true`; the file may begin with `//`.
#[cfg(feature = "sqlite")]
fn parse_sqlite(rest: &str) -> Result<(std::path::PathBuf, crate::SqliteOptions), StoreError> {
    let (file, query) = rest.split_once('?').unwrap_or((rest, ""));
    let file = file.strip_prefix("//").unwrap_or(file);
    if file.is_empty() {
        return Err(StoreError::failed("expected a file behind sqlite:, but found none"));
    }
    let mut options = crate::SqliteOptions::default();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("patience", seconds)) => {
                let seconds = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                let patience = seconds.filter(|patience| *patience <= Duration::from_secs(24 * 60 * 60));
                options.patience = patience.ok_or_else(|| {
                    StoreError::failed("patience: expected a number of seconds up to 86400, but found none")
                })?;
            }
            Some(("shared", "true")) => options.is_shared = true,
            Some(("shared", "false")) => options.is_shared = false,
            _ => {
                let why = "expected patience=SECONDS or shared=true behind the ?, but found something else";
                return Err(StoreError::failed(why));
            }
        }
    }
    Ok((file.into(), options))
}

impl Store for Inbox {
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended> {
        Box::pin(async move {
            let watch = observe::Append::of(&record);
            let appended = self.store.append(record, terms).await;
            watch.done(appended.as_ref());
            if matches!(appended, Ok(Appended { lease: None, .. })) {
                self.appended.notify_one();
            }
            appended
        })
    }

    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>> {
        self.store.lease(wanted)
    }

    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled> {
        Box::pin(async move {
            let name = observe::outcome(&outcome);
            let settled = self.store.settle(lease, outcome).await;
            observe::settled(name, settled.as_ref());
            settled
        })
    }

    fn find(&self, query: Query) -> Pending<'_, Page> {
        Box::pin(async move {
            let page = self.store.find(query).await?;
            if let Some(stats) = &page.stats {
                observe::stats(stats);
            }
            Ok(page)
        })
    }

    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64> {
        Box::pin(async move {
            let changed = self.store.amend(selection, change).await?;
            if matches!(change, Change::Retry | Change::Release) {
                self.appended.notify_one();
            }
            Ok(changed)
        })
    }

    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept> {
        Box::pin(async move {
            let swept = self.store.sweep(horizon, limit).await?;
            observe::swept(swept);
            Ok(swept)
        })
    }
}

impl QuarantineSink for Inbox {
    fn keep(&self, delivery: Quarantined) -> StoreFuture {
        let (inbox, record) = (self.clone(), Record::from(&delivery));
        Box::pin(async move { Ok(inbox.append(record, None).await.map(drop)?) })
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_address_is_named_and_not_repeated() {
        for url in [
            "",
            "file.sqlite",
            "sqlite:",
            "memory:x",
            "mysql://u:secret@h/d",
            "sqlite:f?secret=1",
            "sqlite:f?patience=x",
        ] {
            let error = Inbox::open(url).await.expect_err(url).to_string();
            assert!(
                error.contains("expected") && !error.contains("secret@") && !error.contains("secret=1"),
                "{url}: {error}"
            );
        }
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn an_address_of_a_file_is_read() {
        let (file, options) = parse_sqlite("/a/b.sqlite?patience=0.5&shared=true").expect("read");
        assert_eq!(
            (file.to_str(), options.patience, options.is_shared),
            (Some("/a/b.sqlite"), Duration::from_millis(500), true)
        );
        assert_eq!(parse_sqlite("///a").expect("read").0.to_str(), Some("/a"));
        assert_eq!(parse_sqlite("b").expect("read").0.to_str(), Some("b"));
    }
}
