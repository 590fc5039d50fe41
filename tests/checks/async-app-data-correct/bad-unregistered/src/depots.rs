use actix_web::{web, HttpResponse};
use sea_orm::DatabaseConnection as Db;

pub async fn index(db: web::Data<Db>) -> HttpResponse {
    HttpResponse::Ok().body(format!("{:?}", db.get_ref()))
}
