use actix_web::{get, web, App, HttpResponse, HttpServer};

mod stats;

#[get("/metrics")]
async fn metrics(stats: web::Data<stats::Stats>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body(stats.render_metrics())
}

#[get("/livez")]
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

#[get("/health/db")]
async fn database_health(pool: web::Data<stats::Pool>) -> HttpResponse {
    match pool.get() {
        Ok(_) => HttpResponse::Ok().body("connected"),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(metrics).service(live).service(database_health))
        .bind("0.0.0.0:8080")?
        .run()
        .await
}
