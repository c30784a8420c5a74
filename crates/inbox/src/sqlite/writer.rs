//! The thread that writes: what waits goes into one transaction, each behind a savepoint of its own.

use std::sync::{Arc, mpsc};
use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::clock::Clock;
use crate::observe;
use crate::store::StoreError;

/// How many jobs are written in one transaction at the most.
const BATCH: usize = 256;

/// How many jobs may wait for the disk; the next one is told that the store is busy.
const WAITING: usize = 4096;

/// How many bytes of them may wait.
pub(super) const WAITING_BYTES: usize = 64 * 1024 * 1024;

/// A handle to the thread. Clones share it.
#[derive(Clone)]
pub(super) struct Writer {
    jobs: mpsc::SyncSender<Box<dyn Job>>,
    /// A permit is a byte that may wait.
    room: Arc<Semaphore>,
}

/// What something that is written outlives.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Lasting {
    /// A power cut.
    Always,
    /// The process, but no power cut.
    WithTheSystem,
}

/// Something to be written.
pub(super) trait Job: Send {
    fn lasting(&self) -> Lasting;

    fn run(&mut self, connection: &Connection, now: i64) -> rusqlite::Result<()>;

    fn finish(self: Box<Self>, result: Result<(), StoreError>);
}

struct Work<T, F> {
    lasting: Lasting,
    task: F,
    value: Option<T>,
    done: oneshot::Sender<Result<T, StoreError>>,
    /// Given back when the job is done.
    room: OwnedSemaphorePermit,
}

impl<T: Send, F: FnMut(&Connection, i64) -> rusqlite::Result<T> + Send> Job for Work<T, F> {
    fn lasting(&self) -> Lasting {
        self.lasting
    }

    fn run(&mut self, connection: &Connection, now: i64) -> rusqlite::Result<()> {
        self.value = Some((self.task)(connection, now)?);
        Ok(())
    }

    fn finish(self: Box<Self>, result: Result<(), StoreError>) {
        let Self { value, done, room, .. } = *self;
        let value = result.and_then(|()| value.ok_or_else(|| StoreError::failed("the work has no result")));
        drop(room);
        // Nobody waits any more where the caller has hung up.
        drop(done.send(value));
    }
}

impl Writer {
    pub(super) fn start(mut connection: Connection, clock: Arc<Clock>) -> std::io::Result<Self> {
        let (jobs, waiting) = mpsc::sync_channel::<Box<dyn Job>>(WAITING);
        thread::Builder::new().name("hookvet-inbox".into()).spawn(move || {
            while let Ok(first) = waiting.recv() {
                let mut batch = vec![first];
                batch.extend(waiting.try_iter().take(BATCH - 1));
                observe::batch(batch.len());
                write(&mut connection, batch, clock.now());
            }
        })?;
        Ok(Self { jobs, room: Arc::new(Semaphore::new(WAITING_BYTES)) })
    }

    /// Does the work in the next transaction; it lasts when this returns. `bytes` is how much of it waits until then.
    pub(super) async fn write<T, F>(&self, lasting: Lasting, bytes: usize, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&Connection, i64) -> rusqlite::Result<T> + Send + 'static,
    {
        let (done, value) = oneshot::channel();
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = self.room.clone().try_acquire_many_owned(bytes).map_err(|_| StoreError::Busy)?;
        self.jobs.try_send(Box::new(Work { lasting, task: work, value: None, done, room })).map_err(
            |error| match error {
                mpsc::TrySendError::Full(_) => StoreError::Busy,
                mpsc::TrySendError::Disconnected(_) => ended(),
            },
        )?;
        value.await.map_err(|_| ended())?
    }
}

fn ended() -> StoreError {
    StoreError::failed("its thread has ended")
}

/// A job that waits for nobody's room.
#[cfg(test)]
pub(super) fn job<T, F>(done: oneshot::Sender<Result<T, StoreError>>, task: F) -> Box<dyn Job>
where
    T: Send + 'static,
    F: FnMut(&Connection, i64) -> rusqlite::Result<T> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(1)).try_acquire_owned().expect("room");
    Box::new(Work { lasting: Lasting::Always, task, value: None, done, room })
}

pub(super) fn write(connection: &mut Connection, mut batch: Vec<Box<dyn Job>>, now: i64) {
    match write_all(connection, &mut batch, now) {
        Ok(results) => {
            for (job, result) in batch.into_iter().zip(results) {
                job.finish(result.map_err(StoreError::failed));
            }
        }
        Err(error) => {
            let error = StoreError::failed(error);
            for job in batch {
                job.finish(Err(error.clone()));
            }
        }
    }
}

/// One transaction: an error where none of it is on the disk, otherwise what became of each.
fn write_all(
    connection: &mut Connection,
    batch: &mut [Box<dyn Job>],
    now: i64,
) -> rusqlite::Result<Vec<rusqlite::Result<()>>> {
    // An acknowledgement means that the delivery survives a power cut. Of what may be lost the next one brings all.
    let lasts = batch.iter().any(|job| job.lasting() == Lasting::Always);
    connection.pragma_update(None, "synchronous", if lasts { "FULL" } else { "NORMAL" })?;
    // The lock to write comes first. Whoever reads first and then wants to write is refused at once where another has written
    // meanwhile, without any wait.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        // So that one which cannot be written fails alone.
        transaction.prepare_cached("SAVEPOINT job")?.execute([])?;
        let result = job.run(&transaction, now);
        if result.is_err() {
            // A full disk, for example, ends the whole transaction.
            if transaction.is_autocommit() {
                result?;
                break;
            }
            transaction.prepare_cached("ROLLBACK TO job")?.execute([])?;
        }
        transaction.prepare_cached("RELEASE job")?.execute([])?;
        results.push(result);
    }
    transaction.commit()?;
    Ok(results)
}
