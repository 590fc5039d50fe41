use actix_web::{web, App, HttpResponse, HttpServer};

async fn signed_in() -> HttpResponse {
    HttpResponse::Ok().finish()
}

// the browser comes back here after the sign-in
#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().route("/", web::get().to(signed_in)))
        .bind("127.0.0.1:3000")?
        .run()
        .await
}
