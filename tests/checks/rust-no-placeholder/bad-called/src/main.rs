use actix_web::{web, App, HttpResponse, HttpServer};

mod links;

async fn add(address: String) -> HttpResponse {
    match links::Links.set(&address).await {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(()) => HttpResponse::BadRequest().finish(),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().route("/links", web::post().to(add)))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
