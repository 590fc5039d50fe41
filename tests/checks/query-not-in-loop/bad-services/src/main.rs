mod crates;
mod grpc;
mod lorries;
mod schema;
mod store;

use axum::{
    routing::{get, post},
    Router,
};

#[tokio::main]
async fn main() {
    let pool = sqlx::PgPool::connect("postgres://db/depot").await.unwrap();
    let imports = grpc::ParcelService::new(store::PgParcels::new(pool));
    tokio::spawn(tonic::transport::Server::builder().add_service(imports).serve("0.0.0.0:50051"));
    let database = mongodb::Client::with_uri_str("mongodb://db").await.unwrap().database("depot");
    let orm = sea_orm::Database::connect("postgres://db/depot").await.unwrap();
    let crates = Router::new()
        .route("/crates/batch", post(crates::add_batch))
        .route("/packers", get(crates::packers))
        .with_state(orm);
    let app = Router::new().route("/lorries", get(lorries::list)).with_state(database).merge(crates);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
