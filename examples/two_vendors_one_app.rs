//! AMLYZE and Dataspike in one application, each behind a layer of its own: other events, other proof, other limits.
//!
//! AMLYZE documents no signature, so its deliveries bring a token in a header that both sides have agreed on; Dataspike signs.
//! `AMLYZE_TOKEN=... DATASPIKE_SECRET=whsec_...`; during a change of secrets `DATASPIKE_OLD_SECRET` is taken as well.

use std::time::Duration;

use axum::{Router, http::StatusCode, routing::post};
use hookvet::{Credential, Secret, Vetter, amlyze, dataspike};
use hookvet_tower::axum::{EventRouter, Vetted};
use hookvet_tower::{Delivery, VetLayer};

async fn customer(Vetted(customer): Vetted<amlyze::CustomerUpdated>) -> StatusCode {
    println!("a customer with the risk level {:?}", customer.risk_level);
    StatusCode::NO_CONTENT
}

async fn any_other(delivery: Delivery) -> StatusCode {
    println!("{}", delivery.event().map_or("a batch", |event| event.event_type()));
    StatusCode::NO_CONTENT
}

async fn verification(Vetted(event): Vetted<dataspike::Event>, delivery: Delivery) -> StatusCode {
    println!("event {}, {:?}", event.id, delivery.verdict().authenticity());
    StatusCode::NO_CONTENT
}

fn app() -> Result<Router, Box<dyn std::error::Error>> {
    let token = Credential::header("x-webhook-token", &std::env::var("AMLYZE_TOKEN")?)?;
    let amlyze = VetLayer::new(Vetter::amlyze().credential(token).build()?).body_deadline(Duration::from_secs(10));

    let mut vetter = Vetter::dataspike().secret(Secret::parse(&std::env::var("DATASPIKE_SECRET")?)?.labelled("new"));
    if let Ok(old) = std::env::var("DATASPIKE_OLD_SECRET") {
        vetter = vetter.secret(Secret::parse(&old)?.labelled("old"));
    }
    let dataspike = VetLayer::new(vetter.build()?).body_deadline(Duration::from_secs(10));

    let events = EventRouter::new().on::<amlyze::CustomerUpdated, _>(customer).fallback(any_other);
    Ok(Router::new()
        .route("/amlyze", post(events).layer(amlyze))
        .route("/dataspike", post(verification).layer(dataspike)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = app()?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
