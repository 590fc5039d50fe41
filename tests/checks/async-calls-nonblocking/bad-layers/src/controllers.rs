use crate::usecases::Members;
use actix_web::{web, HttpResponse};

pub async fn enrol(members: web::Data<Members>, password: String) -> HttpResponse {
    members.enrol(&password);
    HttpResponse::Created().finish()
}
