//! The playground at `/`: static files, out of the binary or out of a folder.
//!
//! With the right token behind `?token=`, the answer is a cookie that holds it, and the address without it.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;

use crate::access::Access;

/// What `build.rs` found: names with `/`, and bytes.
const EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/playground.rs"));

/// The same as in the page itself, and what only a header can say.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What the page has in place of what the receiver says about itself.
const PLACE: &str = r#"<meta name="hookvet-receiver" content="" />"#;

/// Where the page was not built in.
const ABSENT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>hookvet</title>\
<h1>hookvet serve</h1><p>This receiver works. Its playground was not built into this binary: run \
<code>cargo xtask playground build</code> and build again, or name a folder with <code>--playground</code>.</p></html>";

#[derive(Clone)]
struct Page {
    folder: Option<Arc<PathBuf>>,
    /// The routes of the receiver.
    routes: Arc<[&'static str]>,
    /// `None` where nobody sees deliveries.
    access: Option<Access>,
}

impl Page {
    /// What takes the place of [`PLACE`]: which routes there are, and whether deliveries are `listed`, `locked` for want of the
    /// token, or `off`.
    fn receiver(&self, headers: &HeaderMap) -> String {
        let deliveries = match &self.access {
            None => "off",
            Some(access) if access.is_granted(headers) => "listed",
            Some(_) => "locked",
        };
        let text = json!({ "routes": *self.routes, "deliveries": deliveries }).to_string();
        let content = text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        format!(r#"<meta name="hookvet-receiver" content="{content}" />"#)
    }
}

/// Routes for the page and its files.
pub fn routes(folder: Option<PathBuf>, routes: &[&'static str], access: Option<Access>) -> Router {
    let page = Page { folder: folder.map(Arc::new), routes: routes.into(), access };
    Router::new()
        .route("/", get(index))
        .route("/icon.svg", get(file))
        .route("/assets/{*path}", get(file))
        .with_state(page)
}

async fn index(State(page): State<Page>, uri: Uri, headers: HeaderMap) -> Response {
    if let Some(token) = uri.query().and_then(|query| query.strip_prefix("token="))
        && let Some(access) = &page.access
    {
        return enter(access, token);
    }
    let text = match read(&page, "index.html").await {
        Some(bytes) => String::from_utf8_lossy(&bytes).replace(PLACE, &page.receiver(&headers)),
        None => ABSENT.to_owned(),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    (headers, text).into_response()
}

/// Takes the token out of the address, so that it stands in no link that is copied from there.
fn enter(access: &Access, token: &str) -> Response {
    let caching = (header::CACHE_CONTROL, "no-store".to_owned());
    if !access.is_token(token) {
        let message = "this is not the token that hookvet serve printed; it prints a new one at each start\n";
        return (StatusCode::FORBIDDEN, [caching], message).into_response();
    }
    let headers = [caching, (header::SET_COOKIE, access.cookie()), (header::LOCATION, "./".to_owned())];
    (StatusCode::SEE_OTHER, headers).into_response()
}

async fn file(State(page): State<Page>, uri: Uri, headers: HeaderMap) -> Response {
    let name = uri.path().trim_start_matches('/');
    let Some(kind) = content_type(name) else { return StatusCode::NOT_FOUND.into_response() };
    let takes_gzip = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| coding.split(';').next().is_some_and(|name| name.trim() == "gzip") && !coding.contains("q=0"));
    let compressed = if takes_gzip { read(&page, &format!("{name}.gz")).await } else { None };
    let is_compressed = compressed.is_some();
    let bytes = match compressed {
        Some(bytes) => Some(bytes),
        None => read(&page, name).await,
    };
    let Some(bytes) = bytes else { return StatusCode::NOT_FOUND.into_response() };
    // Their names hold a digest of their content.
    let caching = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = (
        [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, caching),
            (header::VARY, "accept-encoding"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ],
        bytes.into_owned(),
    )
        .into_response();
    if is_compressed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn content_type(name: &str) -> Option<&'static str> {
    Some(match Path::new(name).extension()?.to_str()? {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => return None,
    })
}

async fn read(page: &Page, name: &str) -> Option<Cow<'static, [u8]>> {
    let Some(folder) = page.folder.as_deref() else {
        return EMBEDDED.iter().find(|(other, _)| *other == name).map(|(_, bytes)| Cow::Borrowed(*bytes));
    };
    // Nothing but plain names, so that no path leaves the folder.
    let relative = Path::new(name);
    if !relative.components().all(|component| matches!(component, Component::Normal(_))) {
        return None;
    }
    let path = folder.join(relative);
    tokio::task::spawn_blocking(move || std::fs::read(path)).await.ok()?.ok().map(Cow::Owned)
}
