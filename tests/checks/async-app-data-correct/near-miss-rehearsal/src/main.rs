use actix_web::{web, App, HttpResponse, HttpServer};

mod rehearsal;
mod startup;

pub struct Ledger;

pub async fn entries(ledger: web::Data<Ledger>) -> HttpResponse {
    let _ = ledger;
    HttpResponse::Ok().finish()
}

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.route("/entries", web::get().to(entries));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    // what this is stands in a crate of its own
    let ledger = startup::prepared().ledger().clone();
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(ledger.clone()))
            .configure(routes)
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
