//! Events of a user's own from Rust types, behind every adapter.

use std::collections::BTreeMap;

use actix_web::web;
use axum::routing::post;
use hookvet::{BuildError, OwnEvent, ReadEvent, TypedError, Verdict, Vetter, amlyze};
use hookvet_tower::VetLayer;
use hookvet_tower::axum::{EventRouter, Vetted};
use schemars::JsonSchema;
use serde::Deserialize;
use tower::ServiceExt as _;

const PLACED: &str = "com.example.order.placed";
const CLOSED: &str = "com.example.order.closed";

#[derive(Debug, Deserialize, Eq, JsonSchema, PartialEq)]
struct OrderPlaced {
    total: u32,
    note: Option<String>,
    size: Option<Size>,
    to: Option<Address>,
    lines: Vec<Line>,
    labels: BTreeMap<String, i64>,
}

#[derive(Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
}

#[derive(Debug, Deserialize, Eq, JsonSchema, PartialEq)]
struct Address {
    city: String,
}

#[derive(Debug, Deserialize, Eq, JsonSchema, PartialEq)]
struct Line {
    count: u8,
}

#[derive(Debug, Deserialize, Eq, JsonSchema, PartialEq)]
struct OrderClosed {
    reason: String,
}

impl OwnEvent for OrderPlaced {}
impl OwnEvent for OrderClosed {}

const BODY: &str =
    r#"{"total":9,"note":null,"size":"small","to":{"city":"Vilnius"},"lines":[{"count":2}],"labels":{"a":-1}}"#;

fn vetter() -> Vetter {
    let builder = Vetter::cloudevents().event::<OrderPlaced>(PLACED).event::<OrderClosed>(CLOSED);
    builder.build().expect("the derived schemas compile")
}

fn headers(event_type: &str) -> [(&str, &str); 5] {
    [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/shop"),
        ("ce-type", event_type),
        ("content-type", "application/json"),
    ]
}

#[test]
fn a_derived_schema_is_enforced_and_the_type_is_read() {
    let vetter = vetter();
    assert!(vetter.warnings().is_empty(), "{:?}", vetter.warnings());
    assert!(hookvet::internals::has_tables(&vetter, PLACED), "a plain type keeps to the keywords of the tables");
    let verdict = vetter.vet(headers(PLACED), BODY.as_bytes(), 0);
    assert!(verdict.findings().is_empty(), "{:?}", verdict.findings());
    let order: OrderPlaced = verdict.read(BODY.as_bytes()).expect("an order");
    assert_eq!((order.total, order.size, order.lines), (9, Some(Size::Small), vec![Line { count: 2 }]));
    assert_eq!(verdict.read::<OrderClosed>(BODY.as_bytes()), Err(TypedError::OtherType));
    assert!(matches!(verdict.read::<amlyze::Event>(BODY.as_bytes()), Err(TypedError::OtherVendor { .. })));
    for (right, wrong, rule) in [
        ("\"total\":9", "\"total\":-9", "SCHEMA-minimum"),
        ("\"total\":9", "\"total\":4294967296", "SCHEMA-maximum"),
        ("\"total\":9", "\"total\":9.5", "SCHEMA-type"),
        ("\"count\":2", "\"count\":256", "SCHEMA-maximum"),
        ("\"small\"", "\"huge\"", "SCHEMA-enum"),
        ("\"small\"", "7", "SCHEMA-type"),
        ("{\"city\":\"Vilnius\"}", "{}", "SCHEMA-required"),
        ("{\"city\":\"Vilnius\"}", "{\"city\":\"x\",\"zip\":1}", "SCHEMA-unknown"),
        ("\"note\":null", "\"note\":7", "SCHEMA-type"),
        ("\"a\":-1", "\"a\":9223372036854775808", "SCHEMA-maximum"),
    ] {
        let verdict = vetter.vet(headers(PLACED), BODY.replace(right, wrong).as_bytes(), 0);
        let rules: Vec<&str> = verdict.findings().iter().map(|finding| finding.rule.id()).collect();
        assert!(rules.contains(&rule), "{wrong}: {rules:?}");
        // Whatever the schema lets through can be read.
        assert_eq!(verdict.is_accepted(), rule == "SCHEMA-unknown", "{wrong}: {rules:?}");
    }
    for null in ["\"size\":null", "\"to\":null"] {
        let body = BODY.replace("\"size\":\"small\"", null).replace("\"to\":{\"city\":\"Vilnius\"},", "");
        let verdict = vetter.vet(headers(PLACED), body.as_bytes(), 0);
        assert!(verdict.findings().is_empty(), "{body}: {:?}", verdict.findings());
        assert!(verdict.read::<OrderPlaced>(body.as_bytes()).is_ok(), "{body}");
    }
}

#[test]
fn an_optional_type_is_taken_by_both_engines_alike() {
    let derived = vetter();
    let text = derived.schema(PLACED).expect("the derived schema");
    let other =
        hookvet::internals::without_tables(Vetter::cloudevents()).schema(PLACED, text).build().expect("it compiles");
    for (from, to) in [
        ("\"small\"", "null"),
        ("\"small\"", "\"huge\""),
        ("\"small\"", "7"),
        ("{\"city\":\"Vilnius\"}", "null"),
        ("{\"city\":\"Vilnius\"}", "{\"city\":1}"),
        ("{\"city\":\"Vilnius\"}", "[]"),
        ("", ""),
    ] {
        let body = BODY.replace(from, to);
        let accepted = |vetter: &Vetter| vetter.vet(headers(PLACED), body.as_bytes(), 0).is_accepted();
        assert_eq!(accepted(&derived), accepted(&other), "{body}");
    }
}

#[test]
fn what_is_enforced_is_published() {
    let vetter = vetter();
    let read = |text: String| serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
    let asyncapi = read(hookvet::publish::asyncapi(&vetter, "Shop", "1.2.3"));
    let openapi = read(hookvet::publish::openapi(&vetter, "Shop", "1.2.3"));
    for event_type in [PLACED, CLOSED] {
        let enforced = read(vetter.schema(event_type).expect("a schema").to_owned());
        let message = &asyncapi["components"]["messages"][event_type];
        let body = &openapi["webhooks"][event_type]["post"]["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(body["$id"], format!("urn:hookvet:own:{event_type}"));
        // References lead to where the schema stands; AsyncAPI's parser does not know $id.
        let place = format!("#/components/messages/{event_type}/payload/schema");
        let in_asyncapi = message["payload"]["schema"].to_string();
        assert_eq!(in_asyncapi.contains(&place), in_asyncapi.contains("$ref"), "{event_type}");
        for published in [read(in_asyncapi.replace(&place, "#")), body.clone()] {
            assert_eq!(published["properties"], enforced["properties"], "{event_type}");
            // Whoever reads it enforces the same.
            let other = Vetter::cloudevents().schema(event_type, published.to_string()).build().expect("it compiles");
            let accepted =
                |vetter: &Vetter, body: &str| vetter.vet(headers(event_type), body.as_bytes(), 0).is_accepted();
            for body in [BODY, r#"{"reason":"paid"}"#, "{}", "[]"] {
                assert_eq!(accepted(&other, body), accepted(&vetter, body), "{event_type} {body}");
            }
        }
        assert_eq!(message["headers"]["properties"]["ce-type"]["const"], event_type);
    }
    assert_eq!((&asyncapi["info"]["version"], &openapi["openapi"]), (&"1.2.3".into(), &"3.1.0".into()));
    // What it refers to elsewhere stands in it.
    let order = r#"{"properties":{"to":{"$ref":"address.json"}}}"#;
    let builder =
        Vetter::cloudevents().schema(PLACED, order).schema_resource("address.json", r#"{"required":["city"]}"#);
    let openapi = read(hookvet::publish::openapi(&builder.build().expect("all"), "Shop", "1"));
    let body = &openapi["webhooks"][PLACED]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["properties"]["to"]["required"][0], "city", "{body}");
    // For the validators of their own projects, in tests/node.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/own-events");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("asyncapi.json"), asyncapi.to_string()).expect("written");
    std::fs::write(folder.join("openapi.json"), read(hookvet::publish::openapi(&vetter, "Shop", "1.2.3")).to_string())
        .expect("written");
}

#[test]
fn two_types_under_one_name_are_a_build_error() {
    for builder in [
        Vetter::cloudevents().event::<OrderPlaced>(PLACED).event::<OrderClosed>(PLACED),
        Vetter::cloudevents().event::<OrderPlaced>(PLACED).schema(PLACED, "true"),
    ] {
        let error = builder.build().map(|_| ()).expect_err("twice");
        assert_eq!(error, BuildError::TypeTwice { event_type: PLACED.to_owned() });
    }
    // One type under two names is what it says.
    let both =
        Vetter::cloudevents().event::<OrderClosed>(PLACED).event::<OrderClosed>(CLOSED).build().expect("two types");
    assert_eq!(both.own_types(), [CLOSED, PLACED]);
}

/// A type with a reader of its own: the error that it returns can be made.
struct Closing {
    shop: String,
    reason: String,
}

impl ReadEvent for Closing {
    fn read_event(verdict: &Verdict, body: &[u8]) -> Result<Self, TypedError> {
        let event = verdict.event().ok_or(TypedError::NoEvent)?;
        let data = verdict.data(body).ok_or(TypedError::NoEvent)?;
        let closed: OrderClosed = serde_json::from_slice(&data)?;
        Ok(Self { shop: event.source().to_owned(), reason: closed.reason })
    }
}

#[test]
fn a_reader_of_ones_own_has_an_error_to_return() {
    let body = br#"{"reason":"Jane Doe"}"#;
    let verdict = vetter().vet(headers(CLOSED), body, 0);
    let closing: Closing = verdict.read(body).expect("readable");
    assert_eq!((closing.shop.as_str(), closing.reason.as_str()), ("/shop", "Jane Doe"));
    let error = verdict.read::<Closing>(br#"{"reason":["Jane Doe"]}"#).map(|_| ()).expect_err("another type");
    assert!(matches!(error, TypedError::Unreadable(_)));
    assert!(!error.to_string().contains("Jane") && !format!("{error:?}").contains("Jane"), "{error}");
}

async fn placed(Vetted(order): Vetted<OrderPlaced>) -> String {
    format!("placed {}", order.total)
}

async fn closed(Vetted(order): Vetted<OrderClosed>) -> String {
    format!("closed {}", order.reason)
}

fn request(event_type: &str, body: &str) -> http::Request<axum::body::Body> {
    let mut request = http::Request::post("/orders");
    for (name, value) in headers(event_type) {
        request = request.header(name, value);
    }
    request.body(axum::body::Body::from(body.to_owned())).expect("a request")
}

#[tokio::test]
async fn axum_hands_each_type_to_its_handler() {
    let events = EventRouter::new().on::<OrderPlaced, _>(placed).on::<OrderClosed, _>(closed);
    let app = axum::Router::new()
        .route("/orders", post(events))
        .route("/closed", post(closed))
        .route_layer(VetLayer::new(vetter()));
    for (event_type, body, status, answer) in [
        (PLACED, BODY, 200, "placed 9"),
        (CLOSED, r#"{"reason":"paid"}"#, 200, "closed paid"),
        (PLACED, "{}", 422, ""),
        (PLACED, r#"{"reason":"paid"}"#, 422, ""),
        ("com.example.order.Placed", BODY, 422, ""),
    ] {
        let response = app.clone().oneshot(request(event_type, body)).await.expect("an answer");
        assert_eq!(response.status(), status, "{event_type} {body}");
        let text = axum::body::to_bytes(response.into_body(), 9_999).await.expect("a body");
        assert!(status != 200 || text == answer, "{text:?}");
    }
    // Another event of one's own than the handler asks for.
    let mut wrong = request(PLACED, BODY);
    *wrong.uri_mut() = http::Uri::from_static("/closed");
    assert_eq!(app.oneshot(wrong).await.expect("an answer").status(), 422);
}

#[actix_web::test]
async fn actix_hands_over_the_type() {
    async fn placed(hookvet_actix::Vetted(order): hookvet_actix::Vetted<OrderPlaced>) -> String {
        format!("placed {}", order.total)
    }
    let vet = hookvet_actix::Vet::new(vetter());
    let app = actix_web::App::new().service(web::resource("/orders").wrap(vet).route(web::post().to(placed)));
    let app = actix_web::test::init_service(app).await;
    for (event_type, body, status) in [(PLACED, BODY, 200), (PLACED, "{}", 422), (CLOSED, r#"{"reason":"paid"}"#, 422)]
    {
        let mut request = actix_web::test::TestRequest::post().uri("/orders").set_payload(body);
        for pair in headers(event_type) {
            request = request.insert_header(pair);
        }
        let response = actix_web::test::call_service(&app, request.to_request()).await;
        assert_eq!(response.status().as_u16(), status, "{event_type} {body}");
    }
}
