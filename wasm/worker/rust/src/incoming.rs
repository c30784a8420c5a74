//! A request of the runtime as one of the `http` crate.

use axum::http::{HeaderName, HeaderValue, Request, Version};
use worker::js_sys::Array;
use worker::wasm_bindgen::JsCast as _;
use worker::{Body, Result, web_sys};

/// Reads everything but the body, which stays a stream.
///
/// The `worker` crate has a conversion of its own, but that fails on every header with a character outside ASCII. The runtime
/// has read the octets of a value as UTF-8, so writing the text as UTF-8 gives the octets back; what was no UTF-8 cannot
/// come back.
pub(crate) fn read(request: &web_sys::Request) -> Result<Request<Body>> {
    // The connection is the runtime's affair; under this version the layer does not speak of it in an answer.
    let mut built = Request::builder().method(request.method().as_str()).uri(request.url()).version(Version::HTTP_2);
    for entry in request.headers().entries() {
        let entry: Array = entry?.unchecked_into();
        let (Some(name), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) else { continue };
        built = built.header(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_bytes(value.as_bytes())?);
    }
    Ok(built.body(request.body().map_or_else(Body::empty, Body::new))?)
}
