//! Lines for standard output and standard error, which may be slow, full or closed: whoever prints a line never waits for them.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::json;

/// How many bytes may wait to be written; what does not fit is dropped and counted.
const MAX_WAITING: usize = 1024 * 1024;

pub static OUT: Lines = Lines::new(Stream::Out);
pub static ERR: Lines = Lines::new(Stream::Err);

/// Lines on their way to a stream. A thread of their own writes them.
pub struct Lines {
    stream: Stream,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Clone, Copy)]
enum Stream {
    Out,
    Err,
}

struct Queue {
    lines: VecDeque<String>,
    /// Of the waiting lines.
    bytes: usize,
    dropped: u64,
    has_thread: bool,
    is_writing: bool,
}

impl Lines {
    const fn new(stream: Stream) -> Self {
        let queue = Queue { lines: VecDeque::new(), bytes: 0, dropped: 0, has_thread: false, is_writing: false };
        Self { stream, queue: Mutex::new(queue), changed: Condvar::new() }
    }

    /// Prints a line sooner or later, or drops it where too much waits already.
    pub fn print(&'static self, line: String) {
        let mut queue = self.lock();
        if queue.bytes + line.len() > MAX_WAITING {
            queue.dropped += 1;
            return;
        }
        queue.bytes += line.len();
        queue.lines.push_back(line);
        if !queue.has_thread {
            // Where no thread can be had now, the next line tries again.
            queue.has_thread = thread::Builder::new().spawn(|| self.write_all()).is_ok();
        }
        self.changed.notify_all();
    }

    /// Waits until everything is written, or for as long as `limit` says.
    pub fn finish(&self, limit: Duration) {
        let queue = self.lock();
        let is_waiting = |queue: &mut Queue| queue.has_thread && (queue.is_writing || !queue.lines.is_empty());
        drop(self.changed.wait_timeout_while(queue, limit, is_waiting));
    }

    fn write_all(&self) {
        loop {
            let mut queue = self.lock();
            queue.is_writing = false;
            self.changed.notify_all();
            let Some(line) = queue.lines.pop_front() else {
                drop(self.changed.wait(queue));
                continue;
            };
            queue.bytes -= line.len();
            queue.is_writing = true;
            drop(queue);
            self.write(&line);
        }
    }

    /// Writes a line, and after it how many could not be written before.
    fn write(&self, line: &str) {
        if self.stream.write(line).is_err() {
            self.lock().dropped += 1;
            return;
        }
        let dropped = std::mem::take(&mut self.lock().dropped);
        if dropped > 0 && self.stream.write(&self.stream.warning(dropped)).is_err() {
            self.lock().dropped += dropped;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream {
    fn write(self, line: &str) -> io::Result<()> {
        match self {
            Self::Out => {
                let mut out = io::stdout().lock();
                writeln!(out, "{line}")?;
                out.flush()
            }
            Self::Err => writeln!(io::stderr().lock(), "{line}"),
        }
    }

    fn warning(self, dropped: u64) -> String {
        let message = format!("{dropped} lines before this one are missing: they could not be written fast enough");
        match self {
            Self::Out => json!({ "warning": message }).to_string(),
            Self::Err => format!("hookvet: {message}"),
        }
    }
}
