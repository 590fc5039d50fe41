use actix_web::{web, HttpResponse};

pub async fn index(client: web::Data<reqwest::Client>) -> HttpResponse {
    let _ = client.get("https://billing.example.org").send().await;
    HttpResponse::Ok().finish()
}
