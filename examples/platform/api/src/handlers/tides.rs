use std::time::Duration;

use actix_web::{web, HttpResponse};
use redis::aio::ConnectionManager;
use redis::AsyncCommands;
use regex::Regex;
use uuid::Uuid;

use crate::errors::ApiError;

const FORECAST: &str = "https://tides.example/v2/forecast";

/// High and low water of the next three days, from the hydrographic office.
pub async fn forecast(
    redis: web::Data<ConnectionManager>,
    harbour: web::Path<Uuid>,
) -> Result<HttpResponse, ApiError> {
    let key = format!("tides:{harbour}");
    let mut redis = redis.get_ref().clone();
    if let Some(body) = redis.get::<_, Option<String>>(&key).await? {
        return Ok(HttpResponse::Ok()
            .content_type("application/json")
            .body(body));
    }
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(5))
        .build()?;
    let body = client
        .get(format!("{FORECAST}/{harbour}"))
        .send()
        .await?
        .error_for_status()?
        .text()
        .await?;
    let body = unpadded(&body);
    redis.set::<_, _, ()>(&key, &body).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body))
}

/// The office calls this when it corrects a forecast.
pub async fn corrected(redis: web::Data<ConnectionManager>) -> Result<HttpResponse, ApiError> {
    let mut redis = redis.get_ref().clone();
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("tides:*")
        .query_async(&mut redis)
        .await?;
    if !keys.is_empty() {
        redis.del::<_, ()>(keys).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Without the blanks that fill the office's columns.
fn unpadded(text: &str) -> String {
    let blanks = Regex::new(r" {2,}").expect("a valid pattern");
    blanks.replace_all(text, " ").into_owned()
}
