//! Handing deliveries on to a server.

use axum::body::Body;
use axum::http::{HeaderMap, Response, Uri};
use worker::js_sys::Uint8Array;
use worker::{Fetch, Headers, Method, Request, RequestInit, RequestRedirect, Result};

/// Sends the delivery as it came: the same headers, the same bytes, the path and query behind `origin`. The answer is the
/// origin's, whatever it is.
pub(crate) async fn forward(origin: &str, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Result<Response<Body>> {
    let rest = uri.path_and_query().map_or("/", |rest| rest.as_str());
    let copied = Headers::new();
    for (name, value) in headers {
        copied.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    let mut init = RequestInit::new();
    // A redirect would turn the delivery into a GET, so the sender is told of it.
    init.with_method(Method::Post).with_headers(copied).with_redirect(RequestRedirect::Manual);
    init.with_body(Some(Uint8Array::from(body).into()));
    let request = Request::new_with_init(&format!("{origin}{rest}"), &init)?;
    Ok(Fetch::Request(request).send().await?.into())
}
