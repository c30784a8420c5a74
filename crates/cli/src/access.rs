//! Who may see what was received, which is personal data: a browser that was given the token, on this machine or under a host
//! that was named for it.
//!
//! The token stands in the address that is printed at start, and in a cookie from then on. It is new with each start. Three
//! guards stand in front of it, for browsers that are led astray by others: a host that is not known, so that no foreign page
//! reaches this address under a name of its own; another origin; and a proxy that has written 127.0.0.1 over the host.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq as _;

/// What proxies add to what they hand on, and all that begins with `x-forwarded-`.
const FORWARDED: [&str; 3] = ["forwarded", "via", "x-real-ip"];

/// Clones share it.
#[derive(Clone)]
pub struct Access {
    shared: Arc<Shared>,
}

struct Shared {
    hosts: Vec<Host>,
    token: String,
    /// Browsers send the cookies of a host to all its ports, so each receiver on a machine has one of its own name.
    cookie: String,
}

/// A name or an address without a port.
pub struct Host {
    pub name: String,
    /// Whether it was named on the command line. Proxies may then stand in front.
    pub is_named: bool,
}

impl Access {
    /// A new token for whoever comes under one of `hosts` to a receiver on `port`.
    pub fn new(hosts: Vec<Host>, port: u16) -> Result<Self, getrandom::Error> {
        let mut token = [0; 32];
        getrandom::fill(&mut token)?;
        let (token, cookie) = (const_hex::encode(token), format!("hookvet-{port}"));
        Ok(Self { shared: Arc::new(Shared { hosts, token, cookie }) })
    }

    /// The address of the page with the token in it, of a receiver at `own`. Under the host that was named, where the own address is
    /// not among the known ones.
    pub fn page(&self, own: SocketAddr) -> String {
        let Shared { hosts, token, .. } = &*self.shared;
        match hosts.first().filter(|_| hosts.iter().all(|host| host.is_named)) {
            Some(host) => format!("http://{}:{}/?token={token}", host.name, own.port()),
            None => format!("http://{own}/?token={token}"),
        }
    }

    pub fn is_token(&self, token: &str) -> bool {
        token.as_bytes().ct_eq(self.shared.token.as_bytes()).into()
    }

    /// Whether a request brings the token in its cookie.
    pub fn is_granted(&self, headers: &HeaderMap) -> bool {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .any(|(name, value)| name == self.shared.cookie && self.is_token(value))
    }

    /// The cookie that holds the token until the browser ends.
    pub fn cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.shared.cookie, self.shared.token)
    }

    /// Why a request gets to see nothing.
    fn refusal(&self, headers: &HeaderMap) -> Option<&'static str> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let host = text(header::HOST).unwrap_or_default();
        let Some(known) = self.shared.hosts.iter().find(|known| known.name.eq_ignore_ascii_case(without_port(host)))
        else {
            return Some("deliveries are not shown under this host; name it with --show-deliveries-on\n");
        };
        if !known.is_named && headers.keys().any(is_forwarded) {
            return Some(
                "deliveries are not shown through a proxy; name the host before it with --show-deliveries-on\n",
            );
        }
        let is_own =
            |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
        let is_foreign = headers.get(header::ORIGIN).is_some_and(|origin| !origin.to_str().is_ok_and(is_own))
            || text(HeaderName::from_static("sec-fetch-site"))
                .is_some_and(|site| !matches!(site, "same-origin" | "none"));
        if is_foreign {
            return Some("deliveries are shown to this receiver's own page alone\n");
        }
        let message =
            "deliveries are shown with the token alone; open the address that hookvet serve printed at start\n";
        (!self.is_granted(headers)).then_some(message)
    }
}

/// Lets through who may see deliveries, and nobody else.
pub async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    if let Some(message) = access.refusal(request.headers()) {
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn is_forwarded(name: &HeaderName) -> bool {
    FORWARDED.contains(&name.as_str()) || name.as_str().starts_with("x-forwarded-")
}

/// `127.0.0.1:8080` and `[::1]:8080` without their ports.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn a_host_is_compared_without_its_port() {
        assert_eq!(without_port("127.0.0.1:8080"), "127.0.0.1");
        assert_eq!(without_port("[::1]:8080"), "[::1]");
        assert_eq!(without_port("localhost"), "localhost");
        assert_eq!(without_port("example.com:80.evil"), "example.com:80.evil");
    }
}
