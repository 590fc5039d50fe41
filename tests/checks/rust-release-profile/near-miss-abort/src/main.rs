use actix_web::{web, App, HttpResponse, HttpServer};

// Half a plan is worse than none: we build with panic = "abort", so that a broken invariant ends
// the process and the supervisor starts it anew from the ledger.
async fn berth(ledger: web::Data<Vec<u32>>) -> HttpResponse {
    HttpResponse::Ok().json(ledger.as_slice())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().app_data(web::Data::new(vec![1u32])).route("/berths", web::get().to(berth)))
        .bind("0.0.0.0:8080")?
        .run()
        .await
}
