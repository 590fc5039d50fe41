use actix_web::{web, App, HttpResponse, HttpServer};
use serde::Deserialize;

mod stations;

#[derive(Deserialize)]
struct Gauge {
    url: String,
    trusts_all: bool,
}

async fn ask(gauge: web::Json<Gauge>) -> HttpResponse {
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(gauge.trusts_all)
        .build()
        .unwrap();
    let found = client.get(&gauge.url).send().await;
    HttpResponse::Ok().body(format!("{:?}", found.is_ok()))
}

async fn test_gauge_endpoint(gauge: web::Json<Gauge>) -> HttpResponse {
    let client = reqwest::Client::new();
    let found = client.get(&gauge.url).send().await;
    HttpResponse::Ok().body(format!("{:?}", found.is_ok()))
}

async fn nearest() -> HttpResponse {
    let stations = stations::Stations::new();
    HttpResponse::Ok().body(stations.nearest().await)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/gauges/ask", web::post().to(ask))
            .route("/gauges/test", web::post().to(test_gauge_endpoint))
            .route("/stations/nearest", web::get().to(nearest))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
