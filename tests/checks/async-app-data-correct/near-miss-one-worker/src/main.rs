use std::sync::Mutex;

use actix_web::{web, App, HttpResponse, HttpServer};

async fn sum(sum: web::Data<Mutex<u64>>) -> HttpResponse {
    HttpResponse::Ok().json(*sum.lock().unwrap())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new().app_data(web::Data::new(Mutex::new(0_u64))).route("/sum", web::get().to(sum))
    })
    .workers(1)
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
