use actix_web::{web, HttpRequest, HttpResponse};

use crate::config::Config;
use crate::errors::ApiError;

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
