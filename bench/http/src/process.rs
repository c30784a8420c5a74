//! In process: how long a call takes that has nothing to wait for.

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use bytes::BytesMut;
use tower::Service as _;

use crate::layers::{HEADERS, Stack};
use crate::median;

/// How many requests are timed together; they are made before the clock starts.
const SLICE: usize = 64;

const ROUNDS: usize = 61;

pub(crate) fn run(documents: &[String]) {
    let mut apps = Stack::ALL.map(|stack| (stack, stack.app(), Vec::new()));
    for _ in 0..ROUNDS {
        for slice in documents.chunks(SLICE) {
            for (_, app, spent) in &mut apps {
                let requests: Vec<Request> = slice.iter().map(|document| request(document)).collect();
                spent.push(time(app, requests));
            }
        }
    }
    let [(_, _, bare), (_, _, nothing), ..] = &apps;
    let added_to_bare = |spent: &[f64]| median(spent.iter().zip(bare).map(|(with, without)| with - without).collect());
    let nothing = added_to_bare(nothing);
    println!(
        "| in process, {} documents of {} bytes | ns | added to bare | of the layer that does nothing |",
        documents.len(),
        mean(documents)
    );
    println!("|---|---|---|---|");
    for (stack, _, spent) in &apps {
        let added = added_to_bare(spent);
        let (own, times) = (median(spent.clone()), added / nothing);
        println!("| {} | {own:.0} | {added:.0} | {times:.1} |", stack.name());
    }
    println!();
}

/// Calls one route again and again, for a profiler.
pub(crate) fn call(stack: Stack, documents: &[String], count: usize) {
    let mut app = stack.app();
    for document in documents.iter().cycle().take(count) {
        serve(&mut app, request(document));
    }
}

fn request(document: &str) -> Request {
    let mut request = Request::post("/amlyze").header("content-length", document.len());
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    // A part of a larger buffer, as hyper hands out what it has read.
    let mut buffer = BytesMut::from(document);
    buffer.extend_from_slice(b"\r\n");
    request.body(Body::from(buffer.split_to(document.len()).freeze())).expect("a request")
}

/// Nanoseconds a request.
fn time(app: &mut Router, requests: Vec<Request>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let count = requests.len() as f64;
    let start = Instant::now();
    for request in requests {
        serve(app, request);
    }
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let spent = start.elapsed().as_nanos() as f64;
    spent / count
}

fn serve(app: &mut Router, request: Request) {
    let future = pin!(app.call(request));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => assert_eq!(response.status(), 204),
        Poll::Ready(Err(never)) => match never {},
        Poll::Pending => panic!("there is nothing to wait for"),
    }
}

fn mean(documents: &[String]) -> usize {
    documents.iter().map(String::len).sum::<usize>() / documents.len()
}
