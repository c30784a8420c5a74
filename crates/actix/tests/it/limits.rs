//! actix's own limits for bodies behind the middleware.

use std::net::SocketAddr;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, JsonConfig, PayloadConfig, ServiceConfig};
use hookvet::Vetter;
use hookvet_actix::Vet;
use hookvet_tests::samples::{AMLYZE_BODY, amlyze_headers};
use hookvet_tests::wire::{Client, chunked, request};

use crate::server::serve;

/// The limit of the vetter in all of these tests, in bytes: more than any of actix's own.
const MAX_BODY: usize = 4 * 1024 * 1024;

fn vet() -> Vet {
    Vet::new(Vetter::amlyze().max_body(MAX_BODY).build().expect("a vetter"))
}

fn handlers(app: &mut ServiceConfig) {
    let bytes = web::post().to(async |body: Bytes| body.len().to_string());
    let json = web::post().to(async |body: web::Json<serde_json::Value>| format!("{}", body["title"] == "Sputnik"));
    app.service(web::resource("/bytes").wrap(vet()).route(bytes))
        .service(web::resource("/json").wrap(vet()).route(json));
}

fn ask(address: SocketAddr, path: &str, len: usize) -> (u16, String) {
    let body = format!("{AMLYZE_BODY}{}", " ".repeat(len - AMLYZE_BODY.len()));
    let headers = amlyze_headers(&[]);
    let whole = Client::to(address).ask(request("POST", path, &headers, body.as_bytes()));
    let in_chunks = Client::to(address).ask(chunked(path, &headers, body.as_bytes(), 50_000));
    assert_eq!((whole.status, &whole.body), (in_chunks.status, &in_chunks.body), "{path} {len}");
    (whole.status, whole.body)
}

#[test]
fn what_the_vetter_takes_the_extractors_take() {
    let address = serve(handlers);
    for len in [1000, 256 * 1024 + 1, 2 * 1024 * 1024 + 1, MAX_BODY] {
        assert_eq!(ask(address, "/bytes", len), (200, len.to_string()));
        assert_eq!(ask(address, "/json", len), (200, "true".to_owned()));
    }
    let (status, body) = ask(address, "/bytes", MAX_BODY + 1);
    assert_eq!(status, 413);
    assert!(body.contains("LIMIT-body"), "{body}");
}

#[test]
fn smaller_limits_of_an_application_give_way_and_the_rest_of_its_settings_stays() {
    let address = serve(|app| {
        let teapot = |_, _: &_| {
            let response = HttpResponse::ImATeapot().finish();
            actix_web::error::InternalError::from_response("not the JSON of this handler", response).into()
        };
        app.app_data(PayloadConfig::new(10))
            .app_data(web::Data::new(JsonConfig::default().limit(10).error_handler(teapot)));
        handlers(app);
        let list = web::post().to(async |_: web::Json<Vec<u8>>| HttpResponse::Ok());
        app.service(web::resource("/list").wrap(vet()).route(list));
    });
    for len in [1000, MAX_BODY] {
        assert_eq!(ask(address, "/bytes", len), (200, len.to_string()));
        assert_eq!(ask(address, "/json", len), (200, "true".to_owned()));
    }
    assert_eq!(ask(address, "/list", 1000).0, 418);
}

#[test]
fn a_limit_further_inside_counts() {
    let address = serve(|app| {
        let bytes =
            web::resource("/bytes").app_data(PayloadConfig::new(500)).route(web::post().to(async |_: Bytes| "read"));
        app.service(web::scope("").wrap(vet()).service(bytes));
    });
    assert_eq!(ask(address, "/bytes", 500).0, 200);
    assert_eq!(ask(address, "/bytes", 501).0, 413);
}
