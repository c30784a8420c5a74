//! A receiver in a process of its own, and senders that keep their connections.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::load::{Rate, SENDERS};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) async fn run(hookvet: &Path, url: &str, time: Duration) -> Result<Rate> {
    let mut child = Command::new(hookvet)
        .args(["serve", "--listen", "127.0.0.1:0", "--inbox", url])
        .stdout(Stdio::piped())
        .spawn()
        .context("the receiver does not start")?;
    let output = child.stdout.take().context("no output")?;
    let _running = Running(child);
    let mut lines = BufReader::new(output).lines();
    let address = loop {
        let line = lines.next().context("the receiver has ended")??;
        if let Some((_, rest)) = line.split_once("\"listening\":\"http://") {
            break rest.split('"').next().unwrap_or_default().to_owned();
        }
    };
    // Somebody has to read what it prints.
    std::thread::spawn(move || lines.for_each(drop));
    let started = Instant::now();
    let sender = |number: u64| {
        let address = address.clone();
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let (mut taken, mut buffer) = (Vec::new(), vec![0; 4096]);
            while started.elapsed() < time {
                let request = request(number, taken.len());
                let begun = Instant::now();
                stream.write_all(request.as_bytes()).await?;
                let read = stream.read(&mut buffer).await?;
                ensure!(buffer[..read].starts_with(b"HTTP/1.1 204"), "{}", String::from_utf8_lossy(&buffer[..read]));
                taken.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
            Ok(taken)
        })
    };
    let mut milliseconds = Vec::new();
    for taken in join_all((0..SENDERS).map(sender)).await {
        milliseconds.extend(taken??);
    }
    Ok(Rate::new(milliseconds, started.elapsed()))
}

fn request(sender: u64, number: usize) -> String {
    let pad = "x".repeat(500);
    let body = format!(
        r#"{{"customerExternalID":"{pad}","riskLevel":"HIGH","status":"ACTIVE","updatedAt":"2026-03-10T12:53:45.850Z"}}"#
    );
    format!(
        "POST /amlyze HTTP/1.1\r\nhost: h\r\nce-specversion: 1.0\r\nce-id: {sender}-{number}\r\nce-source: customer\r\n\
         ce-type: com.amlyze.customer.updated\r\nce-subject: 42\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
