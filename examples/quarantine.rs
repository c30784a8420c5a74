//! Refused deliveries are kept and answered with 202, so that the vendor, who repeats whatever is not 2xx, does not send them for
//! ever. What the vendor's signature does not prove is answered with its refusal, since anybody could fill the folder otherwise.
//!
//! Each one goes into a folder as two files, the body as it came and the verdict on it: `DATASPIKE_SECRET=whsec_... QUARANTINE=folder`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::{Router, http::StatusCode, routing::post};
use hookvet::{Secret, Vetter, dataspike};
use hookvet_tower::axum::Vetted;
use hookvet_tower::{OnInvalid, Quarantined, VetLayer};
use tokio::io::AsyncWriteExt as _;

async fn verification(Vetted(event): Vetted<dataspike::Event>) -> StatusCode {
    println!("event {}", event.id);
    StatusCode::NO_CONTENT
}

/// Writes a file through to the disk: the sender is told 202 once it is there.
async fn write(path: PathBuf, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = tokio::fs::File::create_new(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

async fn keep(folder: &Path, number: u64, delivery: &Quarantined) -> std::io::Result<()> {
    let name = format!("{}-{number}", delivery.received_at());
    write(folder.join(format!("{name}.body")), delivery.body()).await?;
    write(folder.join(format!("{name}.verdict.json")), delivery.verdict().to_json().as_bytes()).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder: Arc<Path> = PathBuf::from(std::env::var("QUARANTINE")?).into();
    tokio::fs::create_dir_all(&folder).await?;
    let numbers = Arc::new(AtomicU64::new(0));
    let sink = move |delivery: Quarantined| {
        let (folder, number) = (folder.clone(), numbers.fetch_add(1, Ordering::Relaxed));
        async move { keep(&folder, number, &delivery).await }
    };

    let secret = Secret::parse(&std::env::var("DATASPIKE_SECRET")?)?;
    let layer = VetLayer::new(Vetter::dataspike().secret(secret).build()?).on_invalid(OnInvalid::quarantine(sink));
    let app = Router::new().route("/dataspike", post(verification)).route_layer(layer);

    let port = std::env::var("PORT").unwrap_or_else(|_| "0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
