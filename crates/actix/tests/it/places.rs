//! Around an application, a scope, a resource and a route, and with other middleware around it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpMessage as _, HttpResponse, HttpServer, web};
use hookvet_actix::{Delivery, Vet};
use hookvet_tests::samples::{AMLYZE_BODY, amlyze, amlyze_headers};
use hookvet_tests::wire::{Client, request};

use crate::server::{listener, post, serve};

async fn handler(delivery: Delivery, body: web::Bytes) -> HttpResponse {
    assert_eq!(delivery.body(), &body);
    HttpResponse::NoContent().finish()
}

fn vets(address: SocketAddr) {
    assert_eq!(post(address, &amlyze_headers(&[]), AMLYZE_BODY).status, 204);
    assert_eq!(post(address, &amlyze_headers(&[]), "{").status, 400);
    assert_eq!(post(address, &[], "{}").status, 415);
}

#[test]
fn around_a_resource_and_other_methods_are_answered_by_it() {
    let address = serve(|app| {
        app.service(web::resource("/hook").wrap(Vet::new(amlyze())).route(web::post().to(handler)))
            .service(web::resource("/other").to(HttpResponse::ImATeapot));
    });
    vets(address);
    let answer = Client::to(address).ask(request("GET", "/hook", &[], b""));
    assert_eq!(
        (answer.status, answer.header("allow"), answer.rules()),
        (405, Some("POST"), vec!["HTTP-method".into()])
    );
    assert_eq!(Client::to(address).ask(request("GET", "/other", &[], b"")).status, 418);
}

#[test]
fn around_a_scope() {
    vets(serve(|app| {
        app.service(web::scope("").wrap(Vet::new(amlyze())).route("/hook", web::post().to(handler)));
    }));
}

#[test]
fn around_a_route() {
    vets(serve(|app| {
        app.route("/hook", web::post().to(handler).wrap(Vet::new(amlyze())));
    }));
}

#[test]
fn around_an_application_where_unknown_paths_are_judged_too() {
    let (listener, address) = listener();
    thread::spawn(move || {
        let vet = Vet::new(amlyze());
        let server = HttpServer::new(move || App::new().wrap(vet.clone()).route("/hook", web::post().to(handler)));
        let server = server.workers(1).disable_signals().listen(listener).expect("a listener").run();
        actix_web::rt::System::new().block_on(server).expect("a server");
    });
    vets(address);
    let ask = |headers: &[(String, Vec<u8>)]| {
        Client::to(address).ask(request("POST", "/unknown", headers, AMLYZE_BODY.as_bytes())).status
    };
    assert_eq!((ask(&amlyze_headers(&[])), ask(&[])), (404, 415));
}

#[test]
fn middleware_around_it_sees_what_was_refused_and_why() {
    type Seen = Arc<Mutex<Vec<(u16, bool)>>>;

    async fn look(
        seen: web::Data<Seen>,
        request: ServiceRequest,
        next: Next<impl MessageBody>,
    ) -> Result<ServiceResponse<impl MessageBody>, Error> {
        let answer = next.call(request).await?;
        let refused = answer.response().extensions().get::<Delivery>().map(|delivery| delivery.verdict().status());
        let is_beside_request = answer.request().extensions().contains::<Delivery>();
        seen.lock().expect("no panic").push((refused.unwrap_or_default(), is_beside_request));
        Ok(answer)
    }

    let seen = Seen::default();
    let shared = seen.clone();
    let address = serve(move |app| {
        let resource =
            web::resource("/hook").wrap(Vet::new(amlyze())).wrap(from_fn(look)).route(web::post().to(handler));
        app.app_data(web::Data::new(shared.clone())).service(resource);
    });
    vets(address);
    assert_eq!(*seen.lock().expect("no panic"), [(0, true), (400, false), (415, false)]);
}

#[test]
fn an_error_of_the_handler_is_the_handlers() {
    let address = serve(|app| {
        let failing = web::post().to(async || Err::<HttpResponse, _>(actix_web::error::ErrorBadGateway("no database")));
        app.service(web::resource("/hook").wrap(Vet::new(amlyze())).route(failing));
    });
    let answer = post(address, &amlyze_headers(&[]), AMLYZE_BODY);
    assert_eq!((answer.status, answer.body.as_str()), (502, "no database"));
}
