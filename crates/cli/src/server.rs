//! The HTTP/1.1 server under `hookvet serve`. No sender keeps a connection by doing nothing, and no number of them takes
//! everything there is.
//!
//! It speaks no HTTP/2: without TLS only proxies that are told to would use it, and its connections have no limit on idleness.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hookvet_tower::Peer;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service as _;

use crate::output;

/// How long to wait before the next connection is taken where the system gives none, for want of file descriptors perhaps.
const PAUSE: Duration = Duration::from_secs(1);

/// What a sender may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The time until the headers of the next request are there, and the time in which nothing of an answer is read.
    pub idle: Duration,
    /// How many connections may be open; the next one waits in the queue of the operating system.
    pub connections: usize,
    /// How long requests may go on once the server is to end.
    pub shutdown: Duration,
}

/// Serves until `SIGINT` or `SIGTERM` comes, calls `end`, then waits for the requests that are under way. A second signal
/// ends the wait.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, end: impl FnOnce()) {
    let mut http = http1::Builder::new();
    // hyper counts from the end of the answer before, so this bounds idleness too.
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle);
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut signal = pin!(signal());
    loop {
        let (stream, peer, place) = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = &mut signal => break,
        };
        let app = app.clone();
        let service = service_fn(move |mut request: Request<_>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            app.clone().call(request)
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.idle));
        let connection = graceful.watch(http.serve_connection(TokioIo::new(Box::pin(stream)), service));
        tokio::spawn(async move {
            // What goes wrong with a connection is its sender's affair: its delivery is not acknowledged.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    end();
    let open = graceful.count();
    tokio::select! {
        ended = timeout(limits.shutdown, graceful.shutdown()) => if ended.is_err() {
            let seconds = limits.shutdown.as_secs_f64();
            output::ERR.print(format!("hookvet: some of {open} connections are cut off: they did not end within {seconds} s"));
        },
        () = self::signal() => {}
    }
}

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let Ok(place) = places.clone().acquire_owned().await else { std::future::pending().await };
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => {
                output::ERR.print(format!("hookvet: cannot take a connection: {error}"));
                sleep(PAUSE).await;
            }
        }
    }
}

/// Ends with `SIGINT` or `SIGTERM`. One that cannot be waited for keeps its default, which ends the process.
async fn signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => drop(terminate.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}
