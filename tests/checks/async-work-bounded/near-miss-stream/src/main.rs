use axum::{body::Body, extract::Path, routing::get, Router};
use tokio_stream::wrappers::ReceiverStream;

async fn download(Path(meter): Path<String>) -> Body {
    let mut rows = open(&meter).await;
    let (tx, rx) = tokio::sync::mpsc::channel(64);
    tokio::spawn(async move {
        while let Some(row) = rows.next().await {
            if tx.send(Ok::<_, std::io::Error>(row)).await.is_err() {
                break;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(rx))
}

async fn merged() -> usize {
    // as many as the engine is configured to have
    let partition_streams = engine().partitioned().await;
    let mut running = Vec::new();
    for stream in partition_streams.into_iter() {
        running.push(tokio::spawn(async move { stream.count().await }));
    }
    running.len()
}

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/meters/:meter/rows", get(download))
        .route("/merged", get(merged));
    axum::serve(tokio::net::TcpListener::bind("0.0.0.0:3000").await.unwrap(), app).await.unwrap();
}
