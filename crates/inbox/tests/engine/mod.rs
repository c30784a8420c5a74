//! Servers for tests, each a process of its own on a free port of this machine, in a folder that goes with it.
#![allow(dead_code, reason = "each test file needs another part of it")]

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nobody, where this runs as root: PostgreSQL does not.
const NOBODY: u32 = 65534;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout.trim_ascii() == b"0"
}

/// A program in the path, or where Debian puts PostgreSQL's.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.push("/usr/sbin".into());
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("no {name} is installed: `cargo xtask test` does it"))
}

/// PostgreSQL with an empty database. It ends with this value.
pub(crate) struct Postgres {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        if is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).expect("given to nobody");
        }
        let data = folder.path().join("data");
        let made = as_nobody(program("initdb"))
            .args(["--username=hookvet", "--auth=trust", "--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(&data)
            .stdout(Stdio::null())
            .status()
            .expect("initdb starts");
        assert!(made.success(), "initdb has failed");
        let mut server = Self { folder, port: free_port(), child: None };
        server.resume();
        server
    }

    /// Starts the server on the same files.
    pub(crate) fn resume(&mut self) {
        let started = Instant::now();
        // A connection is taken before questions are.
        while self.psql("SELECT 1").as_deref() != Some("1") {
            assert!(started.elapsed() < PATIENCE, "postgres does not answer");
            // It does not start as long as a process of the one that was killed is there.
            if self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None))) {
                self.child = Some(self.spawn());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn spawn(&self) -> Child {
        let socket = format!("unix_socket_directories={}", self.folder.path().display());
        as_nobody(program("postgres"))
            .args([
                "-c",
                &socket,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=128MB",
            ])
            .args(["-p", &self.port.to_string(), "-D"])
            .arg(self.folder.path().join("data"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts")
    }

    /// Ends it in the midst of everything, as a crash does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Its children end when they see that it is gone, and let go of what they share.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://hookvet@127.0.0.1:{}/postgres", self.port)
    }

    /// What it says, where it says anything.
    pub(crate) fn psql(&self, statement: &str) -> Option<String> {
        let output = Command::new(program("psql"))
            .args([&self.url(), "--no-psqlrc", "--tuples-only", "--no-align", "--command", statement])
            .stderr(Stdio::null())
            .output()
            .expect("psql starts");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

fn as_nobody(program: impl AsRef<OsStr>) -> Command {
    use std::os::unix::process::CommandExt as _;

    let mut command = Command::new(program);
    command.current_dir(Path::new("/"));
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// A NATS server with JetStream that syncs always. It ends with this value.
pub(crate) struct Nats {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Nats {
    pub(crate) fn start() -> Self {
        Self::start_with("")
    }

    /// With more in the configuration of `JetStream`.
    pub(crate) fn start_with(more: &str) -> Self {
        let mut server = Self { folder: tempfile::tempdir().expect("a folder"), port: free_port(), child: None };
        let configuration = format!(
            "listen: 127.0.0.1:{}\nmax_payload: 8MB\njetstream {{ store_dir: \"{}\", sync_interval: always, {more} }}\n",
            server.port,
            server.folder.path().join("jetstream").display()
        );
        std::fs::write(server.folder.path().join("nats.conf"), configuration).expect("written");
        server.resume();
        server
    }

    /// Starts the server on the same files.
    pub(crate) fn resume(&mut self) {
        let child = Command::new(nats_server())
            .arg("--config")
            .arg(self.folder.path().join("nats.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server starts");
        self.child = Some(child);
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(started.elapsed() < PATIENCE, "nats-server does not answer");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends it in the midst of everything, as a crash does.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Without what it says of replicas and syncs.
    pub(crate) fn server(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The one that `cargo xtask test` installs: that of Debian is too old to sync always.
fn nats_server() -> PathBuf {
    let own =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("target/nats/bin/nats-server"));
    own.into_iter().find(|path| path.is_file()).unwrap_or_else(|| program("nats-server"))
}
