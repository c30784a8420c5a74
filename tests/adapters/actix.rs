//! `Vet` in an actix-web server.

use std::net::TcpListener;

use actix_web::web::{Bytes, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use hookvet_actix::{Delivery, Vet};
use hookvet_receiver::Receiver;

use super::Calls;

pub(super) fn serve(listener: TcpListener, routes: Vec<(String, Receiver)>, calls: Calls) {
    let configure = move |app: &mut ServiceConfig| {
        for (path, receiver) in &routes {
            let (calls, own_path) = (calls.clone(), path.clone());
            let handler = move |request: HttpRequest, delivery: Delivery, body: Bytes| {
                let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
                calls.note(&own_path, headers, body, &delivery);
                std::future::ready(HttpResponse::NoContent().finish())
            };
            app.service(web::resource(path.as_str()).wrap(Vet::from(receiver.clone())).to(handler));
        }
    };
    let server = HttpServer::new(move || App::new().configure(configure.clone()))
        .workers(1)
        .disable_signals()
        .listen_auto_h2c(listener)
        .expect("a listener");
    actix_web::rt::System::new().block_on(server.run()).expect("a server");
}
