//! An axum receiver with one route for each golden delivery and problem document, each behind its own settings.

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::any;
use hookvet_tests::problems::{accepted, all};
use hookvet_tower::{Delivery, VetLayer};

/// The delivery that was judged is the one that is here.
async fn handler(delivery: Delivery, body: Bytes) -> StatusCode {
    if delivery.body() == &body { StatusCode::NO_CONTENT } else { StatusCode::INTERNAL_SERVER_ERROR }
}

#[tokio::main]
async fn main() -> Result<()> {
    // More than any number of connections that is asked for; what the system allows at the most otherwise.
    rlimit::increase_nofile_limit(16 * 1024).context("cannot raise the number of open files")?;
    let mut app = Router::new();
    for case in accepted().into_iter().chain(all()) {
        app = app.route(&format!("/{}", case.name), any(handler).layer(VetLayer::from(case.receiver)));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no port")?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
