//! The address at the other end of the connection, from what the server leaves beside a request.

use std::net::IpAddr;

use http::Extensions;

/// The address at the other end of the connection. A server that is no axum puts it into the extensions of each request, where
/// [`VetLayer::peers`](crate::VetLayer::peers) looks for it; axum's `ConnectInfo<SocketAddr>` is found as well.
///
/// # Example
/// ```
/// use std::net::SocketAddr;
///
/// use hookvet_tower::Peer;
///
/// fn with_peer<B>(mut request: http::Request<B>, address: SocketAddr) -> http::Request<B> {
///     request.extensions_mut().insert(Peer(address.ip()));
///     request
/// }
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub struct Peer(pub IpAddr);

pub(crate) fn peer_of(extensions: &Extensions) -> Option<IpAddr> {
    let own = extensions.get::<Peer>().map(|peer| peer.0);
    #[cfg(all(feature = "axum", not(target_family = "wasm")))]
    let own = own.or_else(|| {
        let info = extensions.get::<::axum::extract::ConnectInfo<std::net::SocketAddr>>()?;
        Some(info.0.ip())
    });
    own
}
