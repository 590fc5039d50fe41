use actix_web::{get, web, App, HttpResponse, HttpServer};

mod crossings;
mod db;
mod mail;
mod stats;

#[get("/metrics")]
async fn metrics() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body("# TYPE ferry_up gauge\nferry_up 1\n")
}

async fn health() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({
        "status": "ok",
        "database": "connected",
        "at": chrono::Utc::now().to_rfc3339()
    }))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let stats = web::Data::new(stats::Stats::new());
    let pool = db::connect();
    db::run_migrations(&pool).await.expect("migrations");
    HttpServer::new(move || {
        App::new()
            .app_data(stats.clone())
            .service(metrics)
            .route("/health", web::get().to(health))
            .route("/crossings", web::post().to(crossings::book))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
