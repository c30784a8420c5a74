//! The binary as its users run it, and a receiver on a real socket.
#![allow(dead_code, reason = "each test file needs another part of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything is waited for before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn hookvet(arguments: &[&str], input: &str) -> Output {
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    // A command that misuses its arguments ends before it reads.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    child.wait_with_output().expect("ended")
}

/// What `hookvet serve` says where it is expected to end at once: its exit code, and what is on standard error.
pub(crate) fn serve_in_vain(store: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = command()
        .args(["serve", "--listen", "127.0.0.1:0", "--inbox"])
        .arg(url(store))
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let started = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if started.elapsed() > PATIENCE {
            let _ = child.kill();
        }
        thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().expect("ended");
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

/// The address of a store in a file.
pub(crate) fn url(store: &Path) -> String {
    format!("sqlite:{}", store.to_str().expect("text"))
}

/// Without what the environment of the tests may hold.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookvet"));
    command
        .env_remove("HOOKVET_DATASPIKE_SECRET")
        .env_remove("HOOKVET_CREDENTIALS")
        .env_remove("HOOKVET_INBOX")
        .env_remove("HOOKVET_INBOX_KEYS");
    command
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// A receiver that ends with this value.
pub(crate) struct Receiver {
    pub(crate) child: Child,
    pub(crate) address: String,
    /// The address of the page with the token, where deliveries are shown.
    pub(crate) page: Option<String>,
    /// What it warned of before it listened.
    pub(crate) warnings: Vec<String>,
    pub(crate) log: BufReader<ChildStdout>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Receiver {
    /// On a free port of this machine unless the arguments say otherwise.
    pub(crate) fn start(store: &Path, arguments: &[&str]) -> Self {
        Self::spawn(&mut command(), store, arguments)
    }

    pub(crate) fn spawn(command: &mut Command, store: &Path, arguments: &[&str]) -> Self {
        let mut child = command
            .args(["serve", "--inbox"])
            .arg(url(store))
            .args(if arguments.contains(&"--listen") { &[][..] } else { &["--listen", "127.0.0.1:0"] })
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let log = BufReader::new(child.stdout.take().expect("piped"));
        let mut receiver = Self { child, address: String::new(), page: None, warnings: Vec::new(), log };
        while receiver.address.is_empty() {
            let mut line = String::new();
            assert_ne!(receiver.log.read_line(&mut line).expect("a line"), 0, "serve ended");
            let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            let url = |member: &str| line[member].as_str().map(|url| url.trim_start_matches("http://").to_owned());
            receiver.warnings.extend(line["warning"].as_str().map(str::to_owned));
            (receiver.address, receiver.page) = (url("listening").unwrap_or_default(), url("page"));
        }
        receiver
    }

    /// A header line with the cookie that the page's address gives.
    pub(crate) fn cookie(&self) -> String {
        let (_, token) = self.page.as_deref().expect("a page").split_once('/').expect("a path");
        let host = format!("host: {}\r\n", self.address);
        let answer = get(&self.address.replace("0.0.0.0", "127.0.0.1"), &format!("/{token}"), &host);
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
        format!("cookie: {}\r\n", cookie.split(';').next().expect("a pair"))
    }
}

/// A folder for a store, and the file in it.
pub(crate) fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store.sqlite");
    (folder, store)
}

/// Sends a request that asks for the end of its connection, and reads until that comes.
pub(crate) fn exchange(address: &str, request: &str) -> String {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).expect("sent");
    read_all(&mut stream)
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("connected");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
    stream
}

pub(crate) fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

pub(crate) fn get(address: &str, path: &str, headers: &str) -> String {
    exchange(address, &format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n"))
}

/// A customer update of AMLYZE, with more headers.
pub(crate) fn update(id: &str, more: &str) -> String {
    let body = r#"{"customerExternalID":"42","riskLevel":"HIGH","updatedAt":"2026-03-10T12:53:45Z"}"#;
    post("/amlyze", &format!("{AMLYZE}ce-id: {id}\r\n{more}"), body)
}

/// All that an update needs but its id.
pub(crate) const AMLYZE: &str = "ce-specversion: 1.0\r\nce-source: customer\r\nce-type: com.amlyze.customer.updated\r\n\
                          ce-subject: 42\r\ncontent-type: application/json\r\n";

pub(crate) fn post(path: &str, headers: &str, body: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: h\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}
