//! Events on their way to the handler of their type.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use hookvet::{Rule, Vetter, amlyze as aml};
use hookvet_tower::axum::{EventRouter, Vetted};
use hookvet_tower::{Delivery, OnInvalid, VetLayer};

use crate::samples::{AMLYZE_BODY, AMLYZE_HEADERS, amlyze, post as request};
use crate::wire::{Answer, Client, serve};

const CUSTOMER: &str = r#"{"customerExternalID":"42","riskLevel":"HIGH","updatedAt":"2026-03-10T12:53:45Z"}"#;
const SANCTIONS: &str = "app.amlyze.related_entity.screening.sanctions.pending";

fn headers(event_type: &str) -> String {
    AMLYZE_HEADERS.replace(SANCTIONS, event_type)
}

fn customer_headers(event_type: &str) -> String {
    headers(event_type)
        .replace("cef8654f-9885-4e61-b8e9-132b607ab6a4", "customer")
        .replace("dea0bcc0-52d2-4f82-bc46-6f87288939b5", "42")
}

fn ask(app: Router, headers: &str, body: &str) -> Answer {
    let mut client = Client::to(serve(app));
    client.send(request(headers, body));
    client.answer().expect("an answer")
}

async fn customer(State(name): State<&'static str>, Vetted(customer): Vetted<aml::CustomerUpdated>) -> String {
    format!("{name}: customer {:?}", customer.risk_level)
}

async fn entity(_: Vetted<aml::RelatedEntityScreeningPending>, body: Bytes) -> String {
    format!("entity, {} bytes", body.len())
}

async fn other(delivery: Delivery, Json(json): Json<serde_json::Value>) -> String {
    format!("other {}, {} members", delivery.verdict().status(), json.as_object().map_or(0, serde_json::Map::len))
}

fn events() -> EventRouter<&'static str> {
    EventRouter::new()
        .on::<aml::CustomerUpdated, _>(customer)
        .on::<aml::RelatedEntityScreeningPending, _>(entity)
        .fallback(other)
}

#[test]
fn each_type_reaches_its_own_handler_and_the_rest_the_fallback() {
    let app = Router::new().route("/hook", post(events())).route_layer(VetLayer::new(amlyze())).with_state("state");
    let entity_answer = format!("entity, {} bytes", AMLYZE_BODY.len());
    for (headers, body, expected) in [
        (customer_headers("com.amlyze.customer.updated"), CUSTOMER, "state: customer Some(High)"),
        // A double spelling goes where the documented one goes.
        (customer_headers("app.amlyze.customer.updated"), CUSTOMER, "state: customer Some(High)"),
        (headers(SANCTIONS), AMLYZE_BODY, entity_answer.as_str()),
        (headers("app.amlyze.related_entity.screening.pep.pending"), AMLYZE_BODY, entity_answer.as_str()),
        // An unknown type is not lost.
        (headers("app.amlyze.something.new"), r#"{"a":1}"#, "other 204, 1 members"),
    ] {
        let answer = ask(app.clone(), &headers, body);
        assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{headers}");
    }
}

#[test]
fn the_name_of_a_type_counts_before_its_payload() {
    let events =
        EventRouter::new().on::<aml::RelatedEntityScreeningPending, _>(entity).on_type(SANCTIONS, async || "named");
    let app = Router::new().route("/hook", post(events)).route_layer(VetLayer::new(amlyze()));
    assert_eq!(ask(app.clone(), AMLYZE_HEADERS, AMLYZE_BODY).body, "named");
    let pep = headers("app.amlyze.related_entity.screening.pep.pending");
    assert!(ask(app, &pep, AMLYZE_BODY).body.starts_with("entity"));
}

#[test]
fn it_is_a_service_wherever_axum_takes_one() {
    let layer = VetLayer::new(amlyze());
    for app in [
        Router::new().route_service("/hook", events().with_state("s")).route_layer(layer.clone()),
        Router::new().fallback_service(events().with_state("s")).layer(layer.clone()),
        Router::new().nest_service("/hook", events().with_state("s")).layer(layer.clone()),
        Router::new().nest("/hook", Router::new().route("/", post(events())).layer(layer)).with_state("s"),
    ] {
        let answer = ask(app, &customer_headers("com.amlyze.customer.updated"), CUSTOMER);
        assert_eq!((answer.status, answer.body.as_str()), (200, "s: customer Some(High)"));
    }
}

#[test]
fn what_nobody_takes_is_404_and_204_where_that_was_asked_for() {
    let only_customers = EventRouter::<()>::new().on_type("com.amlyze.customer.updated", async || "customer");
    let app = |events: EventRouter| Router::new().route("/hook", post(events)).layer(VetLayer::new(amlyze()));
    let answer = ask(app(only_customers.clone()), AMLYZE_HEADERS, AMLYZE_BODY);
    assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/problem+json")));
    assert!(answer.body.contains("urn:hookvet:problem:unhandled-type"), "{answer:?}");
    assert!(answer.rules().is_empty());
    let answer = ask(app(only_customers.acknowledge_unhandled()), AMLYZE_HEADERS, AMLYZE_BODY);
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
}

#[test]
fn events_of_any_sender_are_routed_by_their_own_names() {
    let vetter = Vetter::cloudevents().build().expect("a vetter");
    let events =
        EventRouter::<()>::new().on_type("com.example.paid", async || "paid").on_type(SANCTIONS, async || "named");
    let app = Router::new().route("/hook", post(events)).layer(VetLayer::new(vetter));
    let headers = |name| headers(name).replace("ce-time: 2026-03-10t12:53:45.85z\r\n", "");
    assert_eq!(ask(app.clone(), &headers("com.example.paid"), "{}").body, "paid");
    assert_eq!(ask(app.clone(), &headers(SANCTIONS), "{}").body, "named");
    assert_eq!(ask(app, &headers("com.example.refunded"), "{}").status, 404);
}

#[test]
fn a_refused_delivery_reaches_no_handler_but_the_one_for_refused_ones() {
    let layer = VetLayer::new(amlyze()).on_invalid(OnInvalid::PassWithVerdict);
    let app = |events: EventRouter| Router::new().route("/hook", post(events)).layer(layer.clone());
    let trusting = EventRouter::<()>::new().on_type(SANCTIONS, async || "trusted").fallback(async || "trusted");
    let answer = ask(app(trusting.clone()), AMLYZE_HEADERS, "[]");
    assert_eq!(answer.status, 422);
    assert!(answer.rules().contains(&Rule::SchemaType.id().to_owned()), "{answer:?}");
    let looking = trusting.refused(async |delivery: Delivery| {
        assert!(!delivery.verdict().is_accepted());
        StatusCode::ACCEPTED
    });
    assert_eq!(ask(app(looking), AMLYZE_HEADERS, "[]").status, 202);
}

#[test]
fn without_the_layer_it_says_what_is_missing() {
    let answer = ask(Router::new().route("/hook", post(events())).with_state("s"), AMLYZE_HEADERS, AMLYZE_BODY);
    assert_eq!(answer.status, 500);
    assert!(answer.body.contains("VetLayer"), "{answer:?}");
}

#[test]
#[should_panic(expected = "com.amlyze.customer.updated has a handler already")]
fn two_handlers_for_one_type_are_refused_when_it_is_built() {
    let _ = EventRouter::<()>::new()
        .on_type("com.amlyze.customer.updated", async || ())
        .on_type("app.amlyze.customer.updated", async || ());
}
