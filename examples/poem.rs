//! poem: its adapter for tower layers passes poem's own request type on, which is no `http::Request`, so the layer goes around a tower
//! service and the two become one endpoint. Feature `poem` of this package.

use std::convert::Infallible;

use bytes::Bytes;
use hookvet::{Vetter, amlyze};
use hookvet_tower::{Delivery, VetLayer};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use poem::endpoint::TowerCompatExt as _;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::{Route, Server};
use tower::{ServiceBuilder, service_fn};

async fn event(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let event = request.extensions().get::<Delivery>().and_then(|delivery| delivery.read::<amlyze::Event>().ok());
    let mut response = Response::new(Full::default());
    *response.status_mut() = match event {
        Some(event) => {
            println!("event {}", event.context.id);
            StatusCode::NO_CONTENT
        }
        None => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Ok(response)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vetter = Vetter::amlyze().build()?;
    let vetted = ServiceBuilder::new()
        .layer(VetLayer::new(vetter).with_body::<Full<Bytes>>())
        .service(service_fn(event))
        .compat();

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let acceptor = TcpListener::bind(format!("127.0.0.1:{port}")).into_acceptor().await?;
    for address in acceptor.local_addr() {
        println!("listening on {address}");
    }
    Ok(Server::new_with_acceptor(acceptor).run(Route::new().at("/amlyze", vetted)).await?)
}
