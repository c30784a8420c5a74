//! actix's extractors and ours behind the middleware.

use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use hookvet::{Policy, Vetter, amlyze as aml, dataspike as ds};
use hookvet_actix::{Delivery, OnInvalid, Receiver, Vet, Vetted, VettedRejection};
use hookvet_tests::samples::{AMLYZE_BODY, amlyze, amlyze_headers};
use hookvet_tests::wire::Answer;

use crate::server::{post, serve};

fn ask(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static, body: &str) -> Answer {
    post(serve(configure), &amlyze_headers(&[]), body)
}

#[test]
fn the_typed_event_stands_beside_every_other_extractor() {
    async fn handler(
        greeting: web::Data<String>,
        Vetted(event): Vetted<aml::RelatedEntityScreeningPending>,
        Vetted(whole): Vetted<aml::Event>,
        delivery: Delivery,
        json: web::Json<serde_json::Value>,
    ) -> String {
        assert_eq!(json["title"], "Sputnik");
        assert_eq!(event.screening_match, Some(true));
        assert_eq!(whole.context.id, "019cd7cf-826c-731c-ba20-76f48d48ac9c");
        assert_eq!(delivery.body(), AMLYZE_BODY);
        format!("{} {}", greeting.as_str(), delivery.verdict().status())
    }
    let answer = ask(
        |app| {
            let resource = web::resource("/hook").wrap(Vet::new(amlyze())).route(web::post().to(handler));
            app.app_data(web::Data::new("hello".to_owned())).service(resource);
        },
        AMLYZE_BODY,
    );
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello 204"), "{answer:?}");
}

#[test]
fn every_extractor_of_bodies_gets_the_bytes_that_came() {
    async fn stream(payload: web::Payload) -> Bytes {
        payload.to_bytes_limited(AMLYZE_BODY.len()).await.expect("within the limit").expect("a payload")
    }
    let address = serve(|app| {
        let vet = Vet::new(amlyze());
        let bytes = web::post().to(async |body: Bytes| body);
        let text = web::post().to(async |body: String| body);
        app.service(web::resource("/bytes").wrap(vet.clone()).route(bytes))
            .service(web::resource("/text").wrap(vet.clone()).route(text))
            .service(web::resource("/stream").wrap(vet).route(web::post().to(stream)));
    });
    for path in ["/bytes", "/text", "/stream"] {
        let whole = hookvet_tests::wire::chunked(path, &amlyze_headers(&[]), AMLYZE_BODY.as_bytes(), 7);
        let answer = hookvet_tests::wire::Client::to(address).ask(whole);
        assert_eq!((answer.status, answer.body.as_str()), (200, AMLYZE_BODY), "{path}");
    }
}

#[test]
fn an_event_of_another_type_is_422_and_of_another_vendor_500() {
    let answer = ask(
        |app| {
            let handler = web::post().to(async |_: Vetted<aml::CustomerUpdated>| HttpResponse::Ok());
            app.service(web::resource("/hook").wrap(Vet::new(amlyze())).route(handler));
        },
        AMLYZE_BODY,
    );
    assert_eq!((answer.status, answer.header("content-type")), (422, Some("application/problem+json")));
    assert!(answer.rules().is_empty());
    let answer = ask(
        |app| {
            let handler = web::post().to(async |_: Vetted<ds::Event>| HttpResponse::Ok());
            app.service(web::resource("/hook").wrap(Vet::new(amlyze())).route(handler));
        },
        AMLYZE_BODY,
    );
    assert_eq!(answer.status, 500, "{answer:?}");
    assert!(answer.body.contains("amlyze") && answer.body.contains("dataspike"), "{answer:?}");
}

#[test]
fn a_handler_without_the_middleware_says_what_is_missing() {
    let answer = ask(
        |app| {
            app.service(web::resource("/hook").to(async |_: Delivery| HttpResponse::Ok()));
        },
        AMLYZE_BODY,
    );
    assert_eq!((answer.status, answer.header("content-type")), (500, Some("application/problem+json")));
    assert!(answer.body.contains("hookvet_actix::Vet"), "{answer:?}");
}

#[test]
fn a_refused_delivery_that_is_passed_on_is_refused_by_the_extractor_of_events() {
    let vet = || Vet::from(Receiver::new(amlyze()).on_invalid(OnInvalid::PassWithVerdict));
    let body = AMLYZE_BODY.replace("\"ORGANIZATION\"", "7");
    let looks = ask(
        move |app| {
            let handler = web::post().to(async |delivery: Delivery, sent: Bytes| {
                assert!(!delivery.verdict().is_accepted());
                assert_eq!(delivery.body(), &sent);
                HttpResponse::Accepted().finish()
            });
            app.service(web::resource("/hook").wrap(vet()).route(handler));
        },
        &body,
    );
    assert_eq!(looks.status, 202);
    let trusts = ask(
        move |app| {
            let handler = web::post().to(async |_: Vetted<aml::Event>| HttpResponse::Accepted());
            app.service(web::resource("/hook").wrap(vet()).route(handler));
        },
        &body,
    );
    assert_eq!((trusts.status, trusts.rules()), (422, vec!["SCHEMA-type".to_owned(), "SCHEMA-enum".to_owned()]));
    assert!(!trusts.body.contains("Sputnik"), "{trusts:?}");
}

#[test]
fn what_a_soft_policy_lets_through_and_nobody_can_read_is_422() {
    async fn handler(
        event: Result<Vetted<aml::RelatedEntityScreeningPending>, VettedRejection>,
        _: HttpRequest,
    ) -> Result<HttpResponse, VettedRejection> {
        let rejection = event.expect_err("a title cannot be a list");
        assert!(matches!(rejection, VettedRejection::Unread(hookvet::TypedError::Unreadable(_))), "{rejection:?}");
        Err(rejection)
    }
    let answer = ask(
        |app| {
            let vetter = Vetter::amlyze().policy(Policy::observe()).build().expect("a vetter");
            app.service(web::resource("/hook").wrap(Vet::new(vetter)).route(web::post().to(handler)));
        },
        &AMLYZE_BODY.replace("\"Sputnik\"", "[\"Sputnik\"]"),
    );
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(!answer.body.contains("Sputnik"), "{answer:?}");
}
