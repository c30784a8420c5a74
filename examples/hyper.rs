//! Bare hyper: the layer in a `tower::ServiceBuilder`, between a limit of deliveries in flight and a plain service.
//!
//! Nobody can make hyper's own body, so the layer is told with `with_body` which body the service behind it takes. Who the peer is
//! stands beside each request, for `Receiver::peers`: hyper itself does not tell.

use std::convert::Infallible;
use std::net::IpAddr;

use bytes::Bytes;
use hookvet::{EventContext, Vetter};
use hookvet_tower::{Delivery, Networks, Peer, Receiver, VetLayer};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tower::{ServiceBuilder, service_fn};

/// Deliveries that are worked on at the same time.
const IN_FLIGHT: usize = 256;

async fn store(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let key = request.extensions().get::<Delivery>().and_then(|delivery| delivery.event()).map(EventContext::key);
    println!("delivery {}", key.as_deref().unwrap_or("without a key"));
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn with_peer(mut request: Request<Incoming>, peer: IpAddr) -> Request<Incoming> {
    request.extensions_mut().insert(Peer(peer));
    request
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let receiver = Receiver::new(Vetter::amlyze().build()?).peers(Networks::parse(["127.0.0.0/8"])?);
    let service = ServiceBuilder::new()
        .concurrency_limit(IN_FLIGHT)
        .layer(VetLayer::from(receiver).with_body::<Full<Bytes>>())
        .service(service_fn(store));

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, peer) = listener.accept().await?;
        let service =
            ServiceBuilder::new().map_request(move |request| with_peer(request, peer.ip())).service(service.clone());
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            if let Err(error) = connection.await {
                eprintln!("a connection ended: {error}");
            }
        });
    }
}
