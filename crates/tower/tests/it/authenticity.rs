//! Who may deliver: credentials, networks, and both.

use std::net::SocketAddr;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post as route;
use hookvet::{Credential, Vetter};
use hookvet_tower::{Networks, Peer, VetLayer};
use tower::Layer as _;

use crate::samples::{AMLYZE_BODY, AMLYZE_HEADERS, amlyze, post};
use crate::wire::{Answer, Client, Server};

fn networks<const N: usize>(networks: [&str; N]) -> Networks {
    Networks::parse(networks).expect("networks")
}

/// Serves behind `layer`, with the peer's address beside each request where `tells`.
fn ask(layer: VetLayer, tells: bool, headers: &str) -> Answer {
    let app = Router::new().route("/hook", route(async || StatusCode::NO_CONTENT)).route_layer(layer);
    let address = if tells { serve_telling(app) } else { crate::wire::serve(app) };
    let mut client = Client::to(address);
    client.send(post(headers, AMLYZE_BODY));
    client.answer().expect("an answer")
}

fn serve_telling(app: Router) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.expect("a server");
        });
    });
    address
}

#[test]
fn a_peer_outside_the_networks_is_403_before_anything_is_looked_at() {
    let answer = ask(VetLayer::new(amlyze()).peers(networks(["192.0.2.0/24"])), true, "");
    assert_eq!((answer.status, answer.rules()), (403, vec!["AUTH-peer".to_owned()]));
    assert!(answer.body.contains("urn:hookvet:problem:forbidden"));
    assert!(!answer.body.contains("127.0.0.1"));
    let answer = ask(VetLayer::new(amlyze()).peers(networks(["192.0.2.0/24", "127.0.0.0/8"])), true, AMLYZE_HEADERS);
    assert_eq!(answer.status, 204);
}

#[test]
fn a_server_that_does_not_tell_the_address_lets_nobody_in() {
    let headers = format!("x-forwarded-for: 127.0.0.1\r\nforwarded: for=127.0.0.1\r\n{AMLYZE_HEADERS}");
    let answer = ask(VetLayer::new(amlyze()).peers(networks(["127.0.0.1"])), false, &headers);
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("does not say where"), "{answer:?}");
}

#[test]
fn what_a_header_says_about_the_address_is_not_believed() {
    let headers = format!("x-forwarded-for: 192.0.2.7\r\n{AMLYZE_HEADERS}");
    assert_eq!(ask(VetLayer::new(amlyze()).peers(networks(["192.0.2.7"])), true, &headers).status, 403);
}

#[tokio::test]
async fn any_server_may_tell_the_address_and_mapped_ones_are_understood() {
    use tower::ServiceExt as _;

    let inner = tower::service_fn(async |_: http::Request<axum::body::Body>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(axum::body::Body::empty()))
    });
    let service = VetLayer::new(amlyze()).peers(networks(["192.0.2.0/24"])).layer(inner);
    for (peer, status) in [("192.0.2.9", 200), ("::ffff:192.0.2.9", 200), ("192.0.3.9", 403), ("2001:db8::1", 403)] {
        let mut request = http::Request::post("/hook");
        for (name, value) in AMLYZE_HEADERS.lines().filter_map(|line| line.split_once(": ")) {
            request = request.header(name, value);
        }
        let peer = Peer(peer.parse().expect("an address"));
        let request = request.extension(peer).body(axum::body::Body::from(AMLYZE_BODY)).expect("a request");
        assert_eq!(service.clone().oneshot(request).await.expect("infallible").status(), status, "{peer:?}");
    }
}

#[test]
fn where_network_and_credential_are_asked_for_both_must_hold() {
    let vetter = || {
        Vetter::amlyze()
            .credential(Credential::basic("amlyze", "hunter2").expect("a credential"))
            .credential(Credential::bearer("hunter3").expect("a credential"))
            .build()
            .expect("a vetter")
    };
    let good = format!("{AMLYZE_HEADERS}authorization: Bearer hunter3\r\n");
    let inside = || VetLayer::new(vetter()).peers(networks(["127.0.0.1"]));
    assert_eq!(ask(inside(), true, &good).status, 204);
    assert_eq!(ask(VetLayer::new(vetter()).peers(networks(["192.0.2.1"])), true, &good).status, 403);
    let answer = ask(inside(), true, AMLYZE_HEADERS);
    assert_eq!((answer.status, answer.rules()), (401, vec!["AUTH-missing".to_owned(), "AMLYZE-D10".to_owned()]));
}

#[test]
fn a_refusal_for_want_of_a_credential_says_which_kinds_are_taken() {
    let vetter = Vetter::amlyze()
        .credential(Credential::bearer("one").expect("a credential"))
        .credential(Credential::bearer("two").expect("a credential"))
        .build()
        .expect("a vetter");
    let server = Server::vetting(vetter);
    let answer = server.ask(post(&format!("{AMLYZE_HEADERS}authorization: Bearer three\r\n"), AMLYZE_BODY));
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some(r#"Bearer realm="webhooks""#)));
    assert!(!answer.body.contains("three"));
    let vetter = Vetter::amlyze().credential(Credential::header("x-token", "one").expect("a credential"));
    let server = Server::vetting(vetter.build().expect("a vetter"));
    assert_eq!(server.ask(post(AMLYZE_HEADERS, AMLYZE_BODY)).header("www-authenticate"), None);
}

#[test]
fn a_content_coding_is_refused_with_those_that_are_read() {
    let server = Server::vetting(amlyze());
    let answer = server.ask(post(&format!("{AMLYZE_HEADERS}content-encoding: gzip\r\n"), AMLYZE_BODY));
    assert_eq!((answer.status, answer.header("accept-encoding")), (415, Some("identity")));
}
