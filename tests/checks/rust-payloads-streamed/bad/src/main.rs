use actix_web::{web, App, HttpServer};

mod exports;
mod uploads;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .app_data(web::PayloadConfig::new(512 * 1024 * 1024))
            .route("/scans", web::post().to(uploads::add_scan))
            .route("/scans/raw", web::put().to(uploads::upload_raw))
            .route("/scans/import", web::post().to(uploads::import_list))
            .route("/scans/{name}", web::get().to(exports::scan))
            .route("/bundles/{name}", web::get().to(exports::bundle))
            .route("/export.csv", web::get().to(exports::export_rows))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
