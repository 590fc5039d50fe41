mod depots;
mod parcels;

use actix_web::{web, App, HttpServer};
use sea_orm::{ConnectOptions, Database};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let mut options = ConnectOptions::new(std::env::var("DATABASE_URL").unwrap());
    options.max_connections(20);
    let db = Database::connect(options).await.unwrap();
    let db = web::Data::new(db);
    HttpServer::new(move || {
        App::new()
            .app_data(db.clone())
            .route("/depots", web::get().to(depots::index))
            .route("/parcels", web::get().to(parcels::index))
    })
    .bind(("0.0.0.0", 8088))?
    .run()
    .await
}
