//! Bodies under a content coding, where the receiver undoes it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use hookvet::{Secret, Vetter, sign_dataspike};
use hookvet_tower::VetLayer;

use crate::samples::{AMLYZE_BODY, AMLYZE_HEADERS, DATASPIKE_BODY, NOW, amlyze, dataspike, secret};
use crate::wire::{Answer, Server};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn deflate(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).expect("memory");
    encoder.finish().expect("memory")
}

fn decoding(vetter: Vetter) -> Server {
    Server::behind(VetLayer::with_clock(vetter, || NOW).decode_bodies(true))
}

fn ask(server: &Server, headers: &str, body: &[u8]) -> Answer {
    let mut request =
        format!("POST /hook HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {}\r\n\r\n", body.len())
            .into_bytes();
    request.extend_from_slice(body);
    server.ask(request)
}

#[test]
fn the_handler_gets_the_decoded_body_and_headers_that_fit_it() {
    let server = decoding(amlyze());
    for (coding, body) in [("gzip", gzip(AMLYZE_BODY.as_bytes())), ("Deflate", deflate(AMLYZE_BODY.as_bytes()))] {
        let answer = ask(&server, &format!("{AMLYZE_HEADERS}content-encoding: {coding}\r\n"), &body);
        assert_eq!(answer.status, 204, "{answer:?}");
        let seen = server.seen().pop().expect("called");
        assert_eq!((&seen.body[..], &seen.delivery.body()[..]), (AMLYZE_BODY.as_bytes(), AMLYZE_BODY.as_bytes()));
        assert!(!seen.headers.contains_key("content-encoding"));
        assert_eq!(seen.headers["content-length"], AMLYZE_BODY.len().to_string());
    }
    // And without a coding nothing is different.
    assert_eq!(ask(&server, AMLYZE_HEADERS, AMLYZE_BODY.as_bytes()).status, 204);
}

#[test]
fn a_signature_is_held_against_the_decoded_bytes() {
    let server = decoding(dataspike());
    let body = gzip(DATASPIKE_BODY.as_bytes());
    let ask_signed = |secret: &Secret, signed: &[u8]| {
        let signature = sign_dataspike(secret, NOW, signed);
        let headers =
            format!("content-type: application/json\r\ncontent-encoding: gzip\r\nX-Webhook-Signature: {signature}\r\n");
        ask(&server, &headers, &body)
    };
    assert_eq!(ask_signed(&secret(), DATASPIKE_BODY.as_bytes()).status, 204);
    let coded = ask_signed(&secret(), &body);
    assert_eq!((coded.status, coded.rules()), (401, vec!["SIG-mismatch".to_owned()]));
}

#[test]
fn a_bomb_is_413_and_a_damaged_body_400() {
    let server = decoding(amlyze());
    let headers = format!("{AMLYZE_HEADERS}content-encoding: gzip\r\n");
    let bomb = gzip(&vec![b' '; 10_000_000]);
    assert_eq!(ask(&server, &headers, &bomb).status, 413);
    // A bomb of exactly the limit is a body like others.
    let mut long = AMLYZE_BODY.to_owned();
    long.push_str(&" ".repeat(256 * 1024 - AMLYZE_BODY.len()));
    assert_eq!(ask(&server, &headers, &gzip(long.as_bytes())).status, 204);
    long.push(' ');
    assert_eq!(ask(&server, &headers, &gzip(long.as_bytes())).status, 413);
    let mut damaged = gzip(AMLYZE_BODY.as_bytes());
    damaged.truncate(damaged.len() - 1);
    let answer = ask(&server, &headers, &damaged);
    assert_eq!(answer.status, 400);
    assert!(answer.rules().contains(&"HTTP-decoding".to_owned()), "{answer:?}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn other_codings_are_refused_with_those_that_are_read() {
    let server = decoding(amlyze());
    for coding in ["br", "gzip, gzip", "zstd"] {
        let answer = ask(&server, &format!("{AMLYZE_HEADERS}content-encoding: {coding}\r\n"), b"{}");
        assert_eq!(
            (answer.status, answer.header("accept-encoding")),
            (415, Some("gzip, deflate, identity")),
            "{coding}"
        );
    }
}
