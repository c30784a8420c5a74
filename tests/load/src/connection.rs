//! One sender.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::Exchange;

/// How long an answer may take before it counts as wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// A sender leaves in the middle of each delivery of this number.
const LEAVES: u64 = 97;

/// What senders have seen.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Microseconds from the first byte of a request to the last of its answer.
    pub(crate) times: Vec<u32>,
    pub(crate) wrong: usize,
    pub(crate) first_wrong: Option<String>,
    pub(crate) left: usize,
    pub(crate) reconnected: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.wrong += other.wrong;
        self.first_wrong = self.first_wrong.take().or(other.first_wrong);
        self.left += other.left;
        self.reconnected += other.reconnected;
    }
}

/// An answer as far as it is read.
struct Reader {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// Sends one exchange after the other until `end`; each sender begins somewhere else.
pub(crate) async fn keep_sending(
    address: SocketAddr,
    exchanges: Arc<Vec<Exchange>>,
    number: u64,
    end: Instant,
) -> Tally {
    let mut tally = Tally::default();
    let mut connection: Option<Reader> = None;
    for turn in number.. {
        if Instant::now() >= end {
            break;
        }
        let position = usize::try_from(turn % exchanges.len() as u64).unwrap_or_default();
        let exchange = &exchanges[position];
        let mut reader = match connection.take() {
            Some(reader) => reader,
            None => match connect(address).await {
                Ok(reader) => reader,
                Err(error) => {
                    note(&mut tally, "connecting", &error);
                    continue;
                }
            },
        };
        // Another of the two framings in each round through the exchanges.
        let is_odd = (turn / exchanges.len() as u64) % 2 == 1;
        let sent = exchange.in_chunks.as_ref().filter(|_| is_odd).unwrap_or(&exchange.whole);
        if turn % LEAVES == 0 && exchange.in_chunks.is_some() {
            let _ = reader.stream.write_all(&sent[..sent.len() - 10]).await;
            tally.left += 1;
            tally.reconnected += 1;
            continue;
        }
        let started = Instant::now();
        match timeout(PATIENCE, reader.exchange(exchange, sent)).await.context("no answer").flatten() {
            Ok(stays_open) => {
                tally.times.push(u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX));
                if stays_open {
                    connection = Some(reader);
                } else {
                    tally.reconnected += 1;
                }
            }
            Err(error) => note(&mut tally, &exchange.name, &error),
        }
    }
    tally
}

fn note(tally: &mut Tally, what: &str, error: &anyhow::Error) {
    tally.wrong += 1;
    tally.first_wrong.get_or_insert_with(|| format!("{what}: {error:#}"));
}

async fn connect(address: SocketAddr) -> Result<Reader> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(Reader { stream, unread: Vec::new() })
}

impl Reader {
    /// Whether the connection stays open after the answer; an error where that is not the expected one.
    async fn exchange(&mut self, exchange: &Exchange, sent: &[u8]) -> Result<bool> {
        self.stream.write_all(sent).await?;
        let head_len = loop {
            if let Some(at) = self.unread.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.read_more().await?;
        };
        let head: Vec<u8> = self.unread.drain(..head_len).collect();
        let head = std::str::from_utf8(&head)?;
        let mut lines = head.split("\r\n");
        let status: u16 = lines.next().and_then(|line| line.split(' ').nth(1)).context("no status")?.parse()?;
        let mut headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut take = |name: &str| {
            let at = headers.iter().position(|(other, _)| other == name)?;
            Some(headers.remove(at).1)
        };
        let len = take("content-length").map_or(Ok(0), |length| length.parse())?;
        let stays_open = take("connection").is_none_or(|value| value != "close");
        take("date");
        headers.sort();
        while self.unread.len() < len {
            self.read_more().await?;
        }
        let body: Vec<u8> = self.unread.drain(..len).collect();
        if (status, &headers, &body[..]) != (exchange.status, &exchange.headers, exchange.body.as_bytes()) {
            bail!(
                "expected {} {:?}, got {status} {headers:?} {:?}",
                exchange.status,
                exchange.body,
                String::from_utf8_lossy(&body)
            );
        }
        if !self.unread.is_empty() {
            bail!("{} bytes behind the answer", self.unread.len());
        }
        Ok(stays_open)
    }

    async fn read_more(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.unread).await? == 0 {
            bail!("the connection is closed before the answer is there");
        }
        Ok(())
    }
}
