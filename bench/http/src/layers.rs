//! The routes that are compared.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use hookvet::Vetter;
use hookvet_tower::VetLayer;
use http_body_util::BodyExt as _;
use tower::{Service, layer::layer_fn};

use crate::peers::{JsonSchema, SdkEvent};

/// A handler that reads the body, and what stands in front of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stack {
    /// Nothing.
    Bare,
    /// axum's own `.layer` with a service that hands everything through.
    Nothing,
    /// A middleware that reads the body, as any must that looks at it, and puts it back.
    Buffer,
    /// The extractor of the CloudEvents SDK, which validates nothing.
    Sdk,
    /// A boxed layer with header look-ups and `jsonschema`.
    JsonSchema,
    /// `VetLayer` with every check.
    Vet,
}

impl Stack {
    pub(crate) const ALL: [Self; 6] = [Self::Bare, Self::Nothing, Self::Buffer, Self::Sdk, Self::JsonSchema, Self::Vet];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare route",
            Self::Nothing => "a layer that does nothing",
            Self::Buffer => "a layer that buffers the body",
            Self::Sdk => "cloudevents-sdk's extractor, which validates nothing",
            Self::JsonSchema => "a boxed layer, header look-ups and runtime jsonschema",
            Self::Vet => "VetLayer, every check",
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Nothing => "nothing",
            Self::Buffer => "buffer",
            Self::Sdk => "sdk",
            Self::JsonSchema => "jsonschema",
            Self::Vet => "vet",
        }
    }

    pub(crate) fn app(self) -> Router {
        let route = post(async |_: Bytes| StatusCode::NO_CONTENT);
        let app = Router::new();
        let app = match self {
            Self::Bare => app.route("/amlyze", route),
            Self::Nothing => app.route("/amlyze", route.layer(layer_fn(|inner| Nothing { inner }))),
            Self::Buffer => app.route("/amlyze", route.layer(from_fn(buffer))),
            Self::Sdk => app.route("/amlyze", post(async |_: SdkEvent| StatusCode::NO_CONTENT)),
            Self::JsonSchema => {
                let peer = JsonSchema::new(EVENT_TYPE, SCHEMA);
                app.route("/amlyze", route.layer(from_fn(move |request, next| peer.clone().check(request, next))))
            }
            Self::Vet => {
                let vetter = Vetter::amlyze().build().expect("the built-in schemas compile");
                app.route("/amlyze", route.layer(VetLayer::new(vetter)))
            }
        };
        // As `axum::serve` does for every connection: otherwise each request would put its layers around its handler anew.
        app.with_state(())
    }
}

async fn buffer(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.expect("a whole body").to_bytes();
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

#[derive(Clone)]
struct Nothing<S> {
    inner: S,
}

impl<S: Service<Request, Error = Infallible>> Service<Request> for Nothing<S> {
    type Response = S::Response;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> S::Future {
        self.inner.call(request)
    }
}

const EVENT_TYPE: &str = "app.amlyze.related_entity.screening.sanctions.pending";

const SCHEMA: &str =
    include_str!("../../../schemas/amlyze/app.amlyze.related_entity.screening.sanctions.pending.schema.json");

const SUBJECT: &str = "dea0bcc0-52d2-4f82-bc46-6f87288939b5";

/// The headers of the event, as on AMLYZE's webhook page; the time has the letters that the standard asks for.
pub(crate) const HEADERS: [(&str, &str); 9] = [
    ("host", "127.0.0.1"),
    ("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c"),
    ("ce-source", "cef8654f-9885-4e61-b8e9-132b607ab6a4"),
    ("ce-specversion", "1.0"),
    ("ce-subject", SUBJECT),
    ("ce-time", "2026-03-10T12:53:45.85Z"),
    ("ce-type", EVENT_TYPE),
    ("content-type", "application/json"),
    ("user-agent", "amlyze"),
];

/// The same document about the subject of the headers.
pub(crate) fn about_the_subject(document: &str) -> String {
    let (before, rest) = document.split_once(r#""externalId":""#).expect("every document has one");
    let mut is_escaped = false;
    let end = rest.find(|character| {
        let ends = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        ends
    });
    format!(r#"{before}"externalId":"{SUBJECT}{}"#, &rest[end.expect("a string ends")..])
}

/// That deliveries have no finding: those are another path, and not what is measured.
pub(crate) fn expect_clean(documents: &[String]) {
    let vetter = Vetter::amlyze().build().expect("the built-in schemas compile");
    for document in documents {
        let verdict = vetter.vet(HEADERS, document.as_bytes(), 0);
        assert!(verdict.is_accepted() && verdict.findings().is_empty(), "{verdict:?}");
    }
}
