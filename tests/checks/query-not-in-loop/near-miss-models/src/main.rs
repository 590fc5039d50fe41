mod dives;
mod entity;

use actix_web::{get, web, App, HttpResponse, HttpServer};
use sea_orm::{DatabaseConnection, EntityTrait, QuerySelect};

#[get("/dives")]
async fn dives(db: web::Data<DatabaseConnection>) -> HttpResponse {
    let found = entity::dive::Entity::find().limit(50).all(db.as_ref()).await.unwrap();
    HttpResponse::Ok().json(dives::Summary::from_entities(&found, db.as_ref()).await)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let db = sea_orm::Database::connect("postgres://reef@db/reef").await.unwrap();
    let db = web::Data::new(db);
    HttpServer::new(move || App::new().app_data(db.clone()).service(dives))
        .bind("0.0.0.0:7000")?
        .run()
        .await
}
