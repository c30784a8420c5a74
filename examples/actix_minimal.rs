//! The smallest receiver on actix-web: one resource for AMLYZE's webhooks, with a time limit for bodies.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use hookvet::{Vetter, amlyze};
use hookvet_actix::{Receiver, Vet, Vetted};

async fn event(Vetted(event): Vetted<amlyze::Event>, body: web::Bytes) -> HttpResponse {
    println!("event {}, {} bytes", event.context.id, body.len());
    HttpResponse::NoContent().finish()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vetter = Vetter::amlyze().build()?;
    // Outside the closure, so that all workers share it.
    let vet = Vet::from(Receiver::new(vetter).body_deadline(Duration::from_secs(10)));

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    println!("listening on http://{}", listener.local_addr()?);
    let server = HttpServer::new(move || {
        App::new().service(web::resource("/amlyze").wrap(vet.clone()).route(web::post().to(event)))
    });
    Ok(server.listen(listener)?.run().await?)
}
