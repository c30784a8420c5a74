//! Two receivers and three workers on one PostgreSQL, all of them processes of their own.
#![cfg(feature = "postgres")]

mod common;
#[path = "../../inbox/tests/engine/mod.rs"]
mod engine;

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{PATIENCE, command, update};
use engine::Postgres;

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(url: &str) -> (Running, String) {
    let mut command = command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--inbox", url]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let address = loop {
        let line = lines.next().expect("a line").expect("a line");
        if let Some((_, rest)) = line.split_once("\"listening\":\"http://") {
            break rest.split('"').next().expect("an address").to_owned();
        }
    };
    thread::spawn(move || lines.for_each(drop));
    (Running(child), address)
}

/// Sends until it is acknowledged, as vendors do; says how often.
fn deliver(address: &str, id: &str) -> u32 {
    let started = Instant::now();
    for times in 1.. {
        assert!(started.elapsed() < PATIENCE, "{id} is not acknowledged");
        let answer = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(address)?;
            stream.write_all(update(id, "connection: close\r\n").as_bytes())?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        if answer().is_ok_and(|answer| answer.starts_with("HTTP/1.1 204")) {
            return times;
        }
        thread::sleep(Duration::from_millis(50));
    }
    0
}

fn worked(workers: Vec<(Running, thread::JoinHandle<Vec<i64>>)>) -> HashMap<i64, usize> {
    let mut seen = HashMap::new();
    for (running, lines) in workers {
        drop(running);
        for seq in lines.join().expect("lines") {
            *seen.entry(seq).or_default() += 1;
        }
    }
    seen
}

fn worker(url: &str) -> (Running, thread::JoinHandle<Vec<i64>>) {
    let mut command: Command = command();
    command.args(["inbox", "--inbox", url, "work"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("started");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let seqs = move || {
        let line = |line: String| serde_json::from_str::<serde_json::Value>(&line).ok()?["seq"].as_i64();
        lines.map_while(Result::ok).filter_map(line).collect()
    };
    (Running(child), thread::spawn(seqs))
}

#[test]
fn the_same_deliveries_at_two_receivers_are_worked_on_once_by_three_workers_while_connections_are_cut() {
    let server = Postgres::start();
    let url = server.url();
    let receivers = [serve(&url), serve(&url)];
    let workers: Vec<_> = (0..3).map(|_| worker(&url)).collect();
    let count =
        |question: &str| server.psql(question).and_then(|answer| answer.parse::<usize>().ok()).expect("a count");
    let times: u32 = thread::scope(|scope| {
        // Each delivery to both receivers in the same instant.
        let senders: Vec<_> = (0..8)
            .map(|sender| {
                let address = &receivers[sender % 2].1;
                scope.spawn(move || {
                    (0..60).map(|number| deliver(address, &format!("{}-{number}", sender / 2))).sum::<u32>()
                })
            })
            .collect();
        for _ in 0..4 {
            thread::sleep(Duration::from_millis(400));
            let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
                       AND backend_type = 'client backend'";
            println!("{} connections cut", count(cut));
        }
        senders.into_iter().map(|sender| sender.join().expect("a sender")).sum()
    });
    let started = Instant::now();
    while count("SELECT count(*) FROM hookvet.delivery WHERE state = 0") > 0 {
        assert!(started.elapsed() < PATIENCE, "not everything is worked on");
        thread::sleep(Duration::from_millis(100));
    }
    let stored = count("SELECT count(*) FROM hookvet.delivery");
    let done = count("SELECT count(*) FROM hookvet.delivery WHERE state = 2");
    let seen = worked(workers);
    let twice = seen.values().filter(|times| **times > 1).count();
    println!("240 deliveries sent {times} times to two receivers: {stored} stored, {done} done, {twice} printed twice");
    assert_eq!(stored, 240);
    assert_eq!(twice, 0);
    // One whose worker's connection was cut between the printing and the settling waits for the end of its lease.
    assert!(done > 200 && seen.len() >= done, "{} printed, {done} done", seen.len());
}
