//! Bodies under a content coding, where the receiver undoes it.

use std::io::Write as _;

use actix_web::{HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::write::GzEncoder;
use hookvet_actix::{Receiver, Vet};
use hookvet_tests::samples::{AMLYZE_BODY, amlyze, amlyze_headers};
use hookvet_tests::wire::{Client, request};

use crate::server::serve;

#[test]
fn the_handler_gets_the_decoded_body_and_headers_that_fit_it() {
    async fn handler(request: HttpRequest, body: web::Bytes) -> HttpResponse {
        assert!(!request.headers().contains_key("content-encoding"));
        assert_eq!(request.headers().get("content-length").expect("a length"), &AMLYZE_BODY.len().to_string());
        assert_eq!(body, AMLYZE_BODY);
        HttpResponse::NoContent().finish()
    }
    let receiver = Receiver::new(amlyze()).decode_bodies(true);
    let address = serve(move |app| {
        app.service(web::resource("/hook").wrap(Vet::from(receiver.clone())).route(web::post().to(handler)));
    });
    let gzip = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    };
    let headers = amlyze_headers(&[("content-encoding", "gzip")]);
    let ask = |body: &[u8]| Client::to(address).ask(request("POST", "/hook", &headers, body));
    assert_eq!(ask(&gzip(AMLYZE_BODY.as_bytes())).status, 204);
    assert_eq!(ask(&gzip(&vec![b' '; 10_000_000])).status, 413);
    assert_eq!(ask(AMLYZE_BODY.as_bytes()).rules(), ["HTTP-decoding"]);
}
