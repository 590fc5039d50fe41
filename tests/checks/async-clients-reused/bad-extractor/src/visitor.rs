use std::sync::Arc;

use axum::{async_trait, extract::FromRequestParts, http::request::Parts, http::StatusCode};

use crate::store::Store;

pub struct Visitor(pub String);

#[async_trait]
impl FromRequestParts<Arc<Store>> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(
        parts: &mut Parts,
        store: &Arc<Store>,
    ) -> Result<Self, Self::Rejection> {
        let token = parts.headers.get("x-token").and_then(|one| one.to_str().ok());
        match store.holder(token.unwrap_or_default()).await {
            Some(name) => Ok(Visitor(name)),
            None => Err(StatusCode::UNAUTHORIZED),
        }
    }
}
