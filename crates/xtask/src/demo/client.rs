//! A sender that puts exactly the given bytes on the wire.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::deliveries::Planned;

const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends `delivery` over a connection of its own; returns the status of the answer.
pub(super) fn exchange(address: &str, delivery: &Planned) -> Result<u16> {
    let stream = TcpStream::connect(address).with_context(|| format!("cannot connect to {address}"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let mut request =
        format!("{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n", delivery.method, delivery.path)
            .into_bytes();
    for (name, value) in &delivery.headers {
        request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    request.extend_from_slice(format!("content-length: {}\r\n\r\n", delivery.body.len()).as_bytes());
    request.extend_from_slice(&delivery.body);
    // A receiver that refuses early may stop reading; its answer is there all the same.
    let written = (&stream).write_all(&request);
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).context("no answer")?;
    // The other side may have closed first.
    let _ = stream.shutdown(Shutdown::Both);
    let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
    match status {
        Some(status) => Ok(status),
        None => {
            written.context("the request could not be sent")?;
            anyhow::bail!("the answer begins with {line:?}")
        }
    }
}
