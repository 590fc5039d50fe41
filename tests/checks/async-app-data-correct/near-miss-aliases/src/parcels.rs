use actix_web::{web, HttpResponse};
use sea_orm::DatabaseConnection;

type Db = web::Data<DatabaseConnection>;

pub async fn index(db: Db) -> HttpResponse {
    HttpResponse::Ok().body(format!("{:?}", db.get_ref()))
}
