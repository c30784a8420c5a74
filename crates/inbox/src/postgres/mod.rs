//! A store for many machines, in PostgreSQL.
//!
//! Deliveries that come at the same time are written by one statement, which also says what became of each; several connections do
//! so side by side. No statement relies on anything that a connection remembers.

mod statements;

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Config, NoTls};

use crate::observe;
use crate::record::Record;
use crate::store::{
    Appended, Change, Horizon, Lease, Leased, Outcome, Page, Pending, Query, Selection, Settled, Store, StoreError,
    Swept, Terms, Wanted,
};

/// The number of the layout.
const LAYOUT: i64 = 1;

const SCHEMA: &str = include_str!("schema.sql");

/// How many deliveries one statement writes at the most.
const BATCH: usize = 256;

/// How many bytes of them may wait; the next one is told that the store is busy.
const WAITING_BYTES: usize = 64 * 1024 * 1024;

/// How many statements write at the same time.
const FLUSHERS: usize = 4;

/// How many connections there are.
const CONNECTIONS: usize = 12;

/// How long a statement, or a connection, is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a statement is tried that stood in the way of another.
const TRIES: u32 = 4;

/// Deliveries in the schema `hookvet` of a PostgreSQL database. Clones share its connections.
///
/// Times are those of the server, so the clocks of the machines around it do not matter.
#[derive(Clone)]
pub struct PostgresStore {
    pool: Pool,
    appends: Queue<Append>,
    settlements: Queue<Settlement>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// The tables, as statements.
    pub const SCHEMA: &str = SCHEMA;

    /// What [`Lease::done`] gives.
    pub const DONE: &str = "UPDATE hookvet.delivery SET state = 2, due_at = NULL, token = token + 1 \
                            WHERE seq = $1 AND token = $2 AND state = 1";

    /// Takes a delivery that nobody holds and marks it as done, first in a handler's transaction: exactly once, and without a lease.
    /// Its one parameter is [`Delivery::seq`](crate::Delivery::seq). Where it changes no row the delivery is somebody else's, and the
    /// transaction has to be rolled back.
    pub const CLAIM: &str = "UPDATE hookvet.delivery SET state = 2, due_at = NULL, token = token + 1, attempts = attempts + 1 \
                             WHERE seq = $1 AND (state = 0 OR (state = 1 AND due_at <= hookvet.now_ms()))";

    /// Connects, and makes the tables where there are none. Takes what libpq takes as a connection string.
    ///
    /// # Errors
    /// The string is none, the server cannot be reached, or its tables are of a later version, which are then left as they are.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let mut config = Config::from_str(url).map_err(|error| failed(&error))?;
        config.connect_timeout(PATIENCE);
        let manager_config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, NoTls, manager_config);
        let timeouts = Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) };
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(StoreError::failed)?;
        migrate(&pool).await?;
        let appends = Queue::start(&pool);
        let settlements = Queue::start(&pool);
        Ok(Self { pool, appends, settlements })
    }
}

/// Makes the tables. Whoever comes second waits, and finds them made.
async fn migrate(pool: &Pool) -> Result<(), StoreError> {
    let work = async {
        let mut client = client(pool).await?;
        let transaction = client.transaction().await.map_err(|error| failed(&error))?;
        let make = async {
            // Of this transaction, so that it holds behind PgBouncer too. The number is "hookvet" in ASCII.
            transaction.batch_execute("SELECT pg_advisory_xact_lock(29397031236037236)").await?;
            let exists = "SELECT to_regclass('hookvet.layout') IS NOT NULL";
            if transaction.query_typed_one(exists, &[]).await?.try_get(0)? {
                let layout = "SELECT version FROM hookvet.layout";
                return transaction.query_typed_one(layout, &[]).await?.try_get::<_, i64>(0);
            }
            transaction.batch_execute(SCHEMA).await?;
            Ok(LAYOUT)
        };
        let found = make.await.map_err(|error| failed(&error))?;
        if found != LAYOUT {
            return Err(StoreError::Failed(format!(
                "expected layout {LAYOUT} of the schema hookvet, but found {found}: a later version of hookvet has made it; start \
                 that one, or name another database"
            )));
        }
        transaction.commit().await.map_err(|error| failed(&error))
    };
    within(work).await
}

async fn client(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => failed(&error),
        other => StoreError::failed(other),
    })
}

/// What is said of an error. A server's own text may quote values, so its code alone is told.
fn failed(error: &tokio_postgres::Error) -> StoreError {
    match error.code() {
        Some(code) => StoreError::Failed(format!("PostgreSQL answers with the error {}", code.code())),
        None => StoreError::failed(error),
    }
}

/// A server that says nothing is given up.
async fn within<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(StoreError::failed("PostgreSQL does not answer")))
}

/// What one statement does together with others of its kind.
trait Job: Send + Sync + Sized + 'static {
    type Identity: Eq + Hash;
    type Done: Send + 'static;

    /// What must not stand in a statement twice.
    fn identity(&self) -> Option<Self::Identity>;

    fn run(
        client: &Object,
        jobs: &[&Self],
    ) -> impl Future<Output = Result<Vec<Self::Done>, tokio_postgres::Error>> + Send;
}

struct Append {
    record: Record,
    terms: Option<Terms>,
}

impl Job for Append {
    type Identity = (String, String, bool);
    type Done = Appended;

    fn identity(&self) -> Option<Self::Identity> {
        let key = self.record.key.clone()?;
        Some((self.record.vendor.clone(), key, self.record.is_quarantined))
    }

    async fn run(client: &Object, jobs: &[&Self]) -> Result<Vec<Appended>, tokio_postgres::Error> {
        let records: Vec<_> = jobs.iter().map(|job| (&job.record, job.terms)).collect();
        statements::append(&***client, &records).await
    }
}

struct Settlement {
    lease: Lease,
    outcome: Outcome,
}

impl Job for Settlement {
    type Identity = i64;
    type Done = Settled;

    fn identity(&self) -> Option<i64> {
        Some(self.lease.seq)
    }

    async fn run(client: &Object, jobs: &[&Self]) -> Result<Vec<Settled>, tokio_postgres::Error> {
        let all: Vec<_> = jobs.iter().map(|job| (job.lease, &job.outcome)).collect();
        statements::settle(&***client, &all).await
    }
}

struct Waiting<J: Job> {
    job: J,
    done: oneshot::Sender<Result<J::Done, StoreError>>,
    /// Given back when the job is done.
    room: OwnedSemaphorePermit,
}

/// Jobs that wait for the next statement. Clones share it.
struct Queue<J: Job> {
    jobs: mpsc::UnboundedSender<Waiting<J>>,
    /// A permit is a byte that may wait.
    room: Arc<Semaphore>,
}

impl<J: Job> Clone for Queue<J> {
    fn clone(&self) -> Self {
        Self { jobs: self.jobs.clone(), room: self.room.clone() }
    }
}

impl<J: Job> Queue<J> {
    /// Its tasks end with the last clone.
    fn start(pool: &Pool) -> Self {
        let (jobs, waiting) = mpsc::unbounded_channel();
        let waiting = Arc::new(Mutex::new(Batches { waiting, again: VecDeque::new() }));
        for _ in 0..FLUSHERS {
            let (pool, waiting) = (pool.clone(), waiting.clone());
            tokio::spawn(async move {
                loop {
                    // While one writes, the next collects.
                    let batch = waiting.lock().await.next().await;
                    if batch.is_empty() {
                        return;
                    }
                    observe::batch(batch.len());
                    flush(&pool, batch).await;
                }
            });
        }
        Self { jobs, room: Arc::new(Semaphore::new(WAITING_BYTES)) }
    }

    async fn run(&self, job: J, bytes: usize) -> Result<J::Done, StoreError> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(bytes).map_err(|_| StoreError::Busy)?;
        let (done, value) = oneshot::channel();
        let ended = || StoreError::failed("its tasks have ended");
        self.jobs.send(Waiting { job, done, room }).map_err(|_| ended())?;
        value.await.map_err(|_| ended())?
    }
}

struct Batches<J: Job> {
    waiting: mpsc::UnboundedReceiver<Waiting<J>>,
    /// What stood in the batch before already.
    again: VecDeque<Waiting<J>>,
}

impl<J: Job> Batches<J> {
    /// At least one, unless nobody is left who could bring one.
    async fn next(&mut self) -> Vec<Waiting<J>> {
        let mut candidates = std::mem::take(&mut self.again);
        if candidates.is_empty() {
            candidates.extend(self.waiting.recv().await);
        }
        while candidates.len() < BATCH {
            let Ok(waiting) = self.waiting.try_recv() else { break };
            candidates.push_back(waiting);
        }
        let mut identities = HashSet::new();
        let is_first = |waiting: &Waiting<J>| waiting.job.identity().is_none_or(|identity| identities.insert(identity));
        let (batch, again): (Vec<_>, Vec<_>) = candidates.into_iter().partition(is_first);
        self.again = again.into();
        batch
    }
}

async fn flush<J: Job>(pool: &Pool, batch: Vec<Waiting<J>>) {
    let jobs: Vec<&J> = batch.iter().map(|waiting| &waiting.job).collect();
    let results = match run(pool, &jobs).await {
        Ok(done) => done.into_iter().map(Ok).collect(),
        // So that one which cannot be written fails alone.
        Err(Fault::OfOne(_)) if jobs.len() > 1 => {
            let mut results = Vec::with_capacity(jobs.len());
            for job in &jobs {
                let done = run(pool, &[*job]).await.map_err(StoreError::from);
                results.push(done.and_then(|done| done.into_iter().next().ok_or_else(nothing)));
            }
            results
        }
        Err(fault) => {
            let error = StoreError::from(fault);
            jobs.iter().map(|_| Err(error.clone())).collect::<Vec<_>>()
        }
    };
    for (waiting, result) in batch.into_iter().zip(results) {
        drop(waiting.room);
        // Nobody waits any more where the caller has hung up.
        drop(waiting.done.send(result));
    }
}

fn nothing() -> StoreError {
    StoreError::failed("PostgreSQL has answered with nothing")
}

/// Why a statement has failed.
enum Fault {
    /// The server or the way to it.
    OfAll(StoreError),
    /// Something in it.
    OfOne(StoreError),
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::OfAll(error) | Fault::OfOne(error) => error,
        }
    }
}

/// Runs one statement, again where it stood in the way of another.
async fn run<J: Job>(pool: &Pool, jobs: &[&J]) -> Result<Vec<J::Done>, Fault> {
    let mut tries = 0;
    loop {
        tries += 1;
        let work = async {
            let client = client(pool).await.map_err(Fault::OfAll)?;
            let done = J::run(&client, jobs).await;
            Ok(done)
        };
        let done = timeout(PATIENCE, work)
            .await
            .unwrap_or_else(|_| Err(Fault::OfAll(StoreError::failed("PostgreSQL does not answer"))))?;
        let error = match done {
            Ok(done) if done.len() == jobs.len() => return Ok(done),
            Ok(_) => return Err(Fault::OfAll(nothing())),
            Err(error) => error,
        };
        // The first two letters of a code are its class.
        match error.code().map(|code| &code.code()[..2]) {
            // A deadlock, or two transactions at once.
            Some("40") if tries < TRIES => sleep(Duration::from_millis(5) * tries).await,
            // Without a connection, without room, ended by an operator.
            None | Some("08" | "40" | "53" | "57" | "58" | "XX") => return Err(Fault::OfAll(failed(&error))),
            Some(_) => return Err(Fault::OfOne(failed(&error))),
        }
    }
}

/// What a lease takes while it waits to be settled.
const SMALL: usize = 1024;

impl Store for PostgresStore {
    fn append(&self, record: Record, terms: Option<Terms>) -> Pending<'_, Appended> {
        let bytes = record.bytes();
        Box::pin(self.appends.run(Append { record, terms }, bytes))
    }

    fn lease(&self, wanted: Wanted) -> Pending<'_, Vec<Leased>> {
        Box::pin(within(async move {
            let client = client(&self.pool).await?;
            statements::lease(&**client, wanted).await.map_err(|error| failed(&error))
        }))
    }

    fn settle(&self, lease: Lease, outcome: Outcome) -> Pending<'_, Settled> {
        Box::pin(self.settlements.run(Settlement { lease, outcome }, SMALL))
    }

    fn find(&self, query: Query) -> Pending<'_, Page> {
        Box::pin(within(async move {
            let client = client(&self.pool).await?;
            statements::find(&**client, &query).await.map_err(|error| failed(&error))
        }))
    }

    fn amend(&self, selection: Selection, change: Change) -> Pending<'_, u64> {
        Box::pin(async move {
            let client = client(&self.pool).await?;
            // However many there are, so it takes its time.
            statements::amend(&**client, &selection, change).await.map_err(|error| failed(&error))
        })
    }

    fn sweep(&self, horizon: Horizon, limit: u32) -> Pending<'_, Swept> {
        Box::pin(within(async move {
            let client = client(&self.pool).await?;
            statements::sweep(&**client, horizon, limit).await.map_err(|error| failed(&error))
        }))
    }
}
