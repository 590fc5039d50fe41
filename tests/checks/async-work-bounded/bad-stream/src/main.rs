mod export;

use export::METERS;
use axum::{body::Body, extract::Path, routing::get, Router};
use tokio_stream::wrappers::UnboundedReceiverStream;

async fn download(Path(meter): Path<String>) -> Body {
    let mut rows = export::open(&meter).await;
    let (tx, rx) = tokio::sync::mpsc::unbounded_channel::<Result<String, std::io::Error>>();
    tokio::spawn(async move {
        while let Some(row) = rows.next().await {
            if tx.send(Ok(row)).is_err() {
                break;
            }
        }
    });
    Body::from_stream(UnboundedReceiverStream::new(rx))
}

async fn probes() -> &'static str {
    for meter in METERS.snapshot() {
        tokio::spawn(async move { export::probe(meter).await });
    }
    "probing"
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/meters/:meter/rows", get(download))
        .route("/probes", get(probes));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
