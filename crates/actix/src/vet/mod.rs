//! Judges every delivery, and lets only the accepted ones through.
//!
//! [`Vet`] holds a [`Receiver`](crate::Receiver): a [`Vetter`](hookvet::Vetter) and settings. [`VetService`] is what actix-web makes
//! of it for each worker.
//!
//! # What happens to a request
//!
//! 1. `OPTIONS` is answered where the vetter takes part in the webhook [`Handshake`](hookvet::Handshake). Another method than
//!    `POST` is answered with 405 and `Allow`, and what comes faster than a [limiter](crate::Receiver::limiter) lets it with 429
//!    and `Retry-After`.
//! 2. The headers are judged, all of them, before the body is touched.
//! 3. A `Content-Length` above [`Vetter::max_body`](hookvet::Vetter::max_body) is answered with 413 without judging the body; a
//!    body without a length is counted while it is read, so a chunked one cannot walk past the limit.
//! 4. The body is judged: signature, JSON, schema, the vendor's own rules.
//! 5. The handler is called. Its request is the one that came, and its payload holds the same bytes, never parsed and written
//!    again. Its extensions also hold a [`Delivery`](crate::Delivery).
//!
//! A refusal is an `application/problem+json` document (RFC 9457) with every finding, and has the [`Delivery`](crate::Delivery) in the
//! extensions of its response, for middleware around this one that counts or logs. It is a response and no error, so error
//! handlers leave it alone. The handler is told of refused deliveries with
//! [`OnInvalid::PassWithVerdict`](crate::OnInvalid::PassWithVerdict) only.
//!
//! # Example
//!
//! One delivery is let through, one is turned away:
//!
//! ```
//! use actix_web::{App, HttpResponse, test, web};
//! use hookvet::{Vetter, amlyze};
//! use hookvet_actix::{Vet, Vetted};
//!
//! async fn store(Vetted(customer): Vetted<amlyze::CustomerUpdated>, sent: web::Bytes) -> HttpResponse {
//!     assert_eq!(customer.risk_level, Some(amlyze::RiskLevel::High));
//!     assert!(sent.starts_with(b"{\"customerExternalID\":"));
//!     // 204: a 200 without a body is wrong by the CloudEvents webhook document, section 2.2.
//!     HttpResponse::NoContent().finish()
//! }
//!
//! fn delivery(risk_level: &str) -> test::TestRequest {
//!     let body = format!(r#"{{"customerExternalID":"42","riskLevel":"{risk_level}","updatedAt":"2026-03-10T12:53:45Z"}}"#);
//!     test::TestRequest::post()
//!         .uri("/amlyze")
//!         .insert_header(("ce-specversion", "1.0"))
//!         .insert_header(("ce-id", "019cd7cf-826c-731c-ba20-76f48d48ac9c"))
//!         .insert_header(("ce-source", "customer"))
//!         .insert_header(("ce-type", "com.amlyze.customer.updated"))
//!         .insert_header(("ce-subject", "42"))
//!         .insert_header(("content-type", "application/json"))
//!         .set_payload(body)
//! }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let vet = Vet::new(Vetter::amlyze().build()?);
//! let app = App::new().service(web::resource("/amlyze").wrap(vet).route(web::post().to(store)));
//! let app = test::init_service(app).await;
//!
//! let response = test::call_service(&app, delivery("HIGH").to_request()).await;
//! assert_eq!(response.status(), 204);
//!
//! let response = test::call_service(&app, delivery("SEVERE").to_request()).await;
//! assert_eq!(response.status(), 422);
//! assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
//! let problem = test::read_body(response).await;
//! let problem = std::str::from_utf8(&problem)?;
//! assert!(problem.contains(r#""rule":"SCHEMA-enum","severity":"drift","where":"body:/riskLevel""#));
//! // No refusal repeats what was sent.
//! assert!(!problem.contains("SEVERE"));
//! # Ok(())
//! # }
//! ```
//!
//! # Where to put it
//!
//! `Resource::wrap` and `Scope::wrap` judge what comes to their paths. `App::wrap` judges requests for unknown paths too. Build one
//! [`Vet`] outside the closure of `HttpServer::new` and clone it inside, so that the workers share a limiter's counts and what
//! observers keep.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use actix_web::{App, HttpResponse, HttpServer, web};
//! use hookvet::{Secret, Vetter};
//! use hookvet_actix::{Receiver, Vet};
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let vetter = Vetter::dataspike().secret(Secret::parse("whsec_000102030405060708090a0b0c0d0e0f")?).build()?;
//! let vet = Vet::from(Receiver::new(vetter).body_deadline(Duration::from_secs(10)));
//! HttpServer::new(move || {
//!     App::new().service(
//!         web::resource("/dataspike").wrap(vet.clone()).route(web::post().to(async || HttpResponse::NoContent())),
//!     )
//! })
//! .bind(("127.0.0.1", 8080))?
//! .run()
//! .await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Limits of actix-web
//!
//! `web::Bytes` and `String` take 256 KiB and `web::Json` takes 2 MiB where nobody says otherwise, and an application may have set
//! its own. For requests that are let through both limits become [`Vetter::max_body`](hookvet::Vetter::max_body), so that no extractor
//! refuses what the vetter has accepted; everything else in a `PayloadConfig` or `JsonConfig` stays in force. One that is set
//! further inside, on a scope or resource that is wrapped, counts as it is.
//!
//! This adds to the request's `app_data`, for which actix-web wants to be the only one that holds the request: where a vetter takes
//! more than 256 KiB, the application has set one of the two, or bodies are decoded, a middleware around this one must not keep a
//! clone of the `HttpRequest` while it waits for the answer. The first such delivery would panic, as the routing of actix-web
//! itself does then.
//!
//! # The end of a connection
//!
//! A sender writes its whole body before it looks at the answer, and a connection that is closed on it while it writes
//! may cost it the answer. So over HTTP/1 what is left of a refused body is read and forgotten first: as many bytes as
//! an accepted delivery may have (at least 64 KiB), and no longer than [`Receiver::linger`](crate::Receiver::linger). Where that
//! reaches the end, the connection stays open for the next request; where not, the answer says `connection: close`. HTTP/2 can
//! refuse one stream without the others, so there the answer goes out at once.
//!
//! # What actix-web does by itself
//!
//! - It answers `Expect: 100-continue` before any middleware is asked, so a sender that waits for it sends its body although its
//!   headers are refused.
//! - It keeps headers in a hash map. The order of headers with different names is lost, which by RFC 9110 §5.3 means nothing; a
//!   verdict does not depend on it, and a quarantined delivery has its headers in any order.
//! - It undoes a content coding in its extractors. Nothing that still has one gets past this middleware.

mod service;
mod transform;

pub use service::VetService;
pub use transform::Vet;
