//! An actix-web server on loopback.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use hookvet_tests::wire::{Answer, Client, request};

/// Serves what `configure` puts into an application until the process ends.
pub(crate) fn serve(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> SocketAddr {
    let (listener, address) = listener();
    thread::spawn(move || {
        let server = HttpServer::new(move || App::new().configure(configure.clone())).workers(1).disable_signals();
        let server = server.listen(listener).expect("a listener").run();
        actix_web::rt::System::new().block_on(server).expect("a server");
    });
    address
}

/// A free port.
pub(crate) fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Posts to `/hook` on a connection of its own.
pub(crate) fn post(address: SocketAddr, headers: &[(String, Vec<u8>)], body: &str) -> Answer {
    Client::to(address).ask(request("POST", "/hook", headers, body.as_bytes()))
}
