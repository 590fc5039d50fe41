use actix_web::{web, App, HttpResponse, HttpServer};

async fn berths() -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().route("/api/berths", web::get().to(berths)))
        .bind(("0.0.0.0", 8085))?
        .run()
        .await
}
