mod db;
mod parcels;
mod labels;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pool = db::pool();
    // before the first request: waiting harms nobody
    db::seed(&mut pool.get().expect("database"));
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(pool.clone()))
            .route("/parcels/{id}", web::get().to(parcels::show))
            .route("/parcels/{id}/scans", web::post().to(parcels::scan))
            .route("/labels", web::get().to(labels::list))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
