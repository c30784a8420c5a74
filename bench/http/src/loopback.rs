//! Over loopback: how many requests a second a server takes on one core.
//!
//! The server has a thread of its own, the client another, and the server is never without work: every connection has requests in
//! flight. What counts is requests for each second that the server's thread was running, which is the rate at saturation and does
//! not fall when the machine is busy with other things; the rate by the clock on the wall stands beside it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::serve::ListenerExt as _;

use crate::layers::{HEADERS, Stack};
use crate::median;

const CONNECTIONS: usize = 64;

/// Requests that are written to a connection before its answers are read.
const IN_FLIGHT: usize = 1;

/// Requests in one measurement.
const REQUESTS: usize = 24_576;

const ROUNDS: usize = 15;

pub(crate) fn run(documents: &[String]) {
    let stacks = [Stack::Bare, Stack::Buffer, Stack::Sdk, Stack::JsonSchema, Stack::Vet];
    let batches = batches(documents);
    let mut servers = stacks.map(|stack| (stack, Server::start(stack.app()), Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        for (_, server, running, waiting) in &mut servers {
            let (cpu, wall) = server.measure(&batches);
            running.push(rate(cpu));
            waiting.push(rate(wall));
        }
    }
    let [(_, _, bare, bare_wall), ..] = &servers;
    let share = |rates: &[f64], bare: &[f64]| median(rates.iter().zip(bare).map(|(own, bare)| own / bare).collect());
    println!("| over loopback | requests a second of the server's thread | share of bare | by the clock | share |");
    println!("|---|---|---|---|---|");
    for (stack, _, running, waiting) in &servers {
        let (cpu, wall) = (median(running.clone()), median(waiting.clone()));
        let (cpu_share, wall_share) = (share(running, bare), share(waiting, bare_wall));
        println!("| {} | {cpu:.0} | {cpu_share:.3} | {wall:.0} | {wall_share:.3} |", stack.name());
    }
}

fn rate(spent: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let requests = REQUESTS as f64;
    requests / spent.as_secs_f64()
}

/// What is written at once, each a different run of documents.
fn batches(documents: &[String]) -> Vec<Vec<u8>> {
    let head: String = HEADERS.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    documents
        .chunks(IN_FLIGHT)
        .map(|chunk| {
            let one = |document: &String| {
                format!("POST /amlyze HTTP/1.1\r\n{head}content-length: {}\r\n\r\n{document}", document.len())
            };
            chunk.iter().map(one).collect::<String>().into_bytes()
        })
        .collect()
}

struct Server {
    connections: Vec<TcpStream>,
    /// Where the kernel says how long the server's thread has been running.
    schedstat: String,
}

impl Server {
    fn start(app: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address: SocketAddr = listener.local_addr().expect("an address");
        let (tell, told) = mpsc::channel();
        // It ends with the process.
        thread::spawn(move || {
            let own = std::fs::read_link("/proc/thread-self").expect("Linux: the thread's number");
            tell.send(format!("/proc/{}/schedstat", own.display())).expect("somebody waits");
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
                // Otherwise answers wait for acknowledgements that the client's kernel puts off.
                let listener = tokio::net::TcpListener::from_std(listener)
                    .expect("a listener")
                    .tap_io(|stream| stream.set_nodelay(true).expect("a socket"));
                axum::serve(listener, app).await
            })
        });
        let schedstat = told.recv().expect("the server has started");
        let connections = (0..CONNECTIONS)
            .map(|_| {
                let stream = TcpStream::connect(address).expect("a connection");
                stream.set_nodelay(true).expect("a socket");
                stream
            })
            .collect();
        Self { connections, schedstat }
    }

    /// How long the server's thread was running, and how long it took by the clock.
    fn measure(&mut self, batches: &[Vec<u8>]) -> (Duration, Duration) {
        let (before, start) = (self.running(), Instant::now());
        let mut batches = batches.iter().cycle();
        let mut left = REQUESTS / IN_FLIGHT;
        while left > 0 {
            let round = left.min(self.connections.len());
            for connection in &mut self.connections[..round] {
                connection.write_all(batches.next().expect("it never ends")).expect("written");
            }
            for connection in &mut self.connections[..round] {
                read_answers(connection);
            }
            left -= round;
        }
        let wall = start.elapsed();
        (self.running().saturating_sub(before), wall)
    }

    fn running(&self) -> Duration {
        let text = std::fs::read_to_string(&self.schedstat).expect("the server runs");
        Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).expect("nanoseconds"))
    }
}

/// Reads as many answers as are in flight, all of them 204.
fn read_answers(connection: &mut TcpStream) {
    let mut text = Vec::with_capacity(4096);
    let mut buffer = [0; 16_384];
    loop {
        let length = connection.read(&mut buffer).expect("an answer");
        assert!(length > 0, "the server has closed the connection");
        text.extend_from_slice(&buffer[..length]);
        if !text.ends_with(b"\r\n\r\n") {
            continue;
        }
        let answers = text.windows(13).filter(|window| *window == b"HTTP/1.1 204 ").count();
        assert!(text.starts_with(b"HTTP/1.1 204 "), "{}", String::from_utf8_lossy(&text));
        if answers == IN_FLIGHT {
            return;
        }
    }
}
