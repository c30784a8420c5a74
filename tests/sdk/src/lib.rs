//! Peers built on other projects' CloudEvents SDKs, and how they are spoken to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(10);

/// A running peer; it ends with this value.
pub struct Peer {
    /// Which SDK it is built on.
    pub name: &'static str,
    /// The port that it listens on, on loopback.
    pub port: u16,
    child: Child,
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts the peers of the three SDKs; `rust` is the program of the Rust one.
///
/// # Errors
/// Where one does not start: the npm and `PyPI` packages are installed by `cargo xtask compare-sdks`.
pub fn start_all(rust: &Path) -> Result<Vec<Peer>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("../../target/sdk-python/bin/python");
    Ok(vec![
        start("sdk-rust", &mut Command::new(rust))?,
        start("sdk-javascript", Command::new("node").arg(here.join("node/peer.mjs")))?,
        start("sdk-python", Command::new(python).arg(here.join("python/peer.py")))?,
    ])
}

fn start(name: &'static str, command: &mut Command) -> Result<Peer> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().context("no output")?).read_line(&mut line)?;
    let said: Value = serde_json::from_str(&line).with_context(|| format!("{name} said {line:?}"))?;
    let port = said["listening"].as_u64().and_then(|port| u16::try_from(port).ok());
    Ok(Peer { name, port: port.with_context(|| format!("{name} said {line:?}"))?, child })
}

/// Puts exactly these octets on the wire; returns the status and the body of the answer.
///
/// # Errors
/// Where nothing listens, or no answer comes.
pub fn post(port: u16, path: &str, headers: &[(String, Vec<u8>)], body: &[u8]) -> Result<(u16, Vec<u8>)> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut request = format!("POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        request.extend_from_slice(name.as_bytes());
        request.extend_from_slice(b": ");
        request.extend_from_slice(value);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
    (&stream).write_all(&request)?;
    let mut answer = Vec::new();
    (&stream).read_to_end(&mut answer)?;
    // The other side has closed already.
    let _ = stream.shutdown(Shutdown::Both);
    let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") else { bail!("no answer") };
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no status")?;
    let body = answer[end + 4..].to_vec();
    let is_chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    Ok((status, if is_chunked { unchunk(&body) } else { body }))
}

fn unchunk(framed: &[u8]) -> Vec<u8> {
    let mut rest = framed;
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok().and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
        let Some(size) = size.filter(|size| *size > 0) else { break };
        let Some(chunk) = rest.get(end + 2..end + 2 + size) else { break };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    body
}
