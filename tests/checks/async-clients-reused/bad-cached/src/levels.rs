use actix_web::{web, HttpResponse};

use crate::store::Cache;

pub async fn levels(cache: web::Data<Cache>) -> Result<HttpResponse, actix_web::Error> {
    let known: Option<String> = cache.find("levels").await;
    if let Some(known) = known {
        return Ok(HttpResponse::Ok().body(known));
    }
    Ok(HttpResponse::Ok().body(ask_for_levels().await?))
}

async fn ask_for_levels() -> Result<String, actix_web::Error> {
    let answer = reqwest::Client::new().get("https://tides.example/levels").send().await.unwrap();
    Ok(answer.text().await.unwrap())
}

pub async fn winds() -> Result<HttpResponse, actix_web::Error> {
    let answer = reqwest::Client::new().get("https://tides.example/winds").send().await.unwrap();
    Ok(HttpResponse::Ok().body(answer.text().await.unwrap()))
}

pub async fn ebbs(cache: web::Data<Cache>) -> Result<HttpResponse, actix_web::Error> {
    let answer = reqwest::Client::new().get("https://tides.example/ebbs").send().await.unwrap();
    Ok(HttpResponse::Ok().body(answer.text().await.unwrap()))
}
