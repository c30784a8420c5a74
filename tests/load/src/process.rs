//! The receiver as a process, and what the system says about it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};

/// Ends with this value.
pub(crate) struct Receiver {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Receiver {
    /// Starts the receiver that was built beside this program.
    pub(crate) fn start() -> Result<Self> {
        let own = std::env::current_exe().context("no path of this program")?;
        let program = own.with_file_name(format!("hookvet-load-receiver{}", std::env::consts::EXE_SUFFIX));
        let mut child = Command::new(&program)
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = child.stdout.take().context("the receiver has no output")?;
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        // Before anything can fail, so that the process ends with it.
        let mut receiver = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        read.context("the receiver says nothing")?;
        receiver.address = line.trim().parse().with_context(|| format!("the receiver says {line:?}"))?;
        Ok(receiver)
    }

    /// Its resident memory in KiB; 0 where the system has no `/proc`.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok()).unwrap_or(0)
    }

    /// How many files and sockets it has open; 0 where the system has no `/proc`.
    pub(crate) fn sockets(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).map_or(0, Iterator::count)
    }

    /// The same once it is no more than `before`, or when that does not come.
    pub(crate) async fn sockets_once_idle(&self, before: usize) -> usize {
        for _ in 0..100 {
            if self.sockets() <= before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.sockets()
    }
}
