//! axum's extractors and ours behind the layer.

use axum::body::Bytes;
use axum::extract::State;
use axum::handler::Handler as _;
use axum::http::StatusCode;
use axum::routing::{any, post};
use axum::{Json, Router};
use hookvet::{Policy, Vetter, amlyze as aml, dataspike as ds};
use hookvet_tower::axum::{Vetted, VettedRejection};
use hookvet_tower::{Delivery, OnInvalid, VetLayer};

use crate::samples::{AMLYZE_BODY, AMLYZE_HEADERS, AMLYZE_VALUES, amlyze, post as request};
use crate::wire::{Answer, Client, serve};

fn ask(app: Router, body: &str) -> Answer {
    let mut client = Client::to(serve(app));
    client.send(request(AMLYZE_HEADERS, body));
    client.answer().expect("an answer")
}

#[test]
fn the_typed_event_stands_beside_every_other_extractor() {
    let app = Router::new()
        .route(
            "/hook",
            post(
                async |State(greeting): State<&'static str>,
                       Vetted(event): Vetted<aml::RelatedEntityScreeningPending>,
                       Vetted(whole): Vetted<aml::Event>,
                       delivery: Delivery,
                       Json(json): Json<serde_json::Value>| {
                    assert_eq!(json["title"], "Sputnik");
                    assert_eq!(event.screening_match, Some(true));
                    assert_eq!(whole.context.id, "019cd7cf-826c-731c-ba20-76f48d48ac9c");
                    format!("{greeting} {}", delivery.verdict().status())
                },
            ),
        )
        .route_layer(VetLayer::new(amlyze()))
        .with_state("hello");
    let answer = ask(app, AMLYZE_BODY);
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello 204"));
}

#[test]
fn the_layer_goes_around_a_router_a_method_router_and_a_handler() {
    async fn handler(_: Delivery, body: Bytes) -> StatusCode {
        assert_eq!(body, AMLYZE_BODY);
        StatusCode::NO_CONTENT
    }
    let layer = VetLayer::new(amlyze());
    for app in [
        Router::new().route("/hook", any(handler)).layer(layer.clone()),
        Router::new().route("/hook", any(handler)).route_layer(layer.clone()),
        Router::new().route("/hook", any(handler).layer(layer.clone())),
        Router::new().route("/hook", any(handler.layer(layer))),
    ] {
        assert_eq!(ask(app.clone(), AMLYZE_BODY).status, 204);
        assert_eq!(ask(app, "{").status, 400);
    }
}

#[test]
fn a_route_layer_answers_for_other_methods_too_and_leaves_other_paths_alone() {
    let app = Router::new()
        .route("/hook", post(async || StatusCode::NO_CONTENT))
        .route_layer(VetLayer::new(amlyze()))
        .fallback(async || StatusCode::IM_A_TEAPOT);
    let mut client = Client::to(serve(app));
    client.send("GET /hook HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let answer = client.answer().expect("an answer");
    assert_eq!((answer.status, answer.rules()), (405, vec!["HTTP-method".to_owned()]));
    client.send("GET /other HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert_eq!(client.answer().expect("an answer").status, 418);
}

#[test]
fn an_event_of_another_type_is_422_and_of_another_vendor_500() {
    let behind_layer = |method_router| Router::new().route("/hook", method_router).layer(VetLayer::new(amlyze()));
    let answer = ask(behind_layer(post(async |_: Vetted<aml::CustomerUpdated>| ())), AMLYZE_BODY);
    assert_eq!(answer.status, 422, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert!(answer.rules().is_empty());
    let answer = ask(behind_layer(post(async |_: Vetted<ds::Event>| ())), AMLYZE_BODY);
    assert_eq!(answer.status, 500, "{answer:?}");
    assert!(answer.body.contains("amlyze") && answer.body.contains("dataspike"), "{answer:?}");
}

#[test]
fn a_handler_without_the_layer_says_what_is_missing() {
    for handler in [post(async |_: Vetted<aml::Event>| ()), post(async |_: Delivery| ())] {
        let answer = ask(Router::new().route("/hook", handler), AMLYZE_BODY);
        assert_eq!(answer.status, 500, "{answer:?}");
        assert!(answer.body.contains("VetLayer"), "{answer:?}");
    }
}

#[test]
fn a_refused_delivery_that_is_passed_on_is_refused_by_the_extractor_of_events() {
    let layer = VetLayer::new(amlyze()).on_invalid(OnInvalid::PassWithVerdict);
    let body = AMLYZE_BODY.replace("\"ORGANIZATION\"", "7");

    let looks = post(async |delivery: Delivery, sent: Bytes| {
        assert!(!delivery.verdict().is_accepted());
        assert_eq!(delivery.body(), &sent);
        StatusCode::ACCEPTED
    });
    assert_eq!(ask(Router::new().route("/hook", looks).layer(layer.clone()), &body).status, 202);

    let trusts = post(async |_: Vetted<aml::Event>| StatusCode::ACCEPTED);
    let answer = ask(Router::new().route("/hook", trusts).layer(layer), &body);
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(answer.rules().contains(&"SCHEMA-type".to_owned()), "{answer:?}");
    assert!(AMLYZE_VALUES.iter().all(|value| !answer.body.contains(value)), "{answer:?}");
}

#[test]
fn what_a_soft_policy_lets_through_and_nobody_can_read_is_422() {
    let vetter = Vetter::amlyze().policy(Policy::observe()).build().expect("a vetter");
    let handler = post(async |event: Result<Vetted<aml::RelatedEntityScreeningPending>, VettedRejection>| {
        let rejection = event.expect_err("a title cannot be a list");
        assert!(matches!(rejection, VettedRejection::Unread(hookvet::TypedError::Unreadable(_))), "{rejection:?}");
        rejection
    });
    let app = Router::new().route("/hook", handler).layer(VetLayer::new(vetter));
    let answer = ask(app, &AMLYZE_BODY.replace("\"Sputnik\"", "[\"Sputnik\"]"));
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(!answer.body.contains("Sputnik"), "{answer:?}");
}
