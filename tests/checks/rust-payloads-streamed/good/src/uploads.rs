use actix_multipart::Multipart;
use actix_web::{web, Error, HttpResponse};
use futures_util::TryStreamExt;
use tokio::io::AsyncWriteExt;

const MAX_AVATAR: usize = 256 * 1024;

pub async fn add_scan(mut payload: Multipart) -> Result<HttpResponse, Error> {
    let mut avatar = Vec::new();
    let mut file = tokio::fs::File::create("scans/new").await?;
    while let Some(mut field) = payload.try_next().await? {
        while let Some(chunk) = field.try_next().await? {
            if field.name() == "avatar" {
                if avatar.len() + chunk.len() > MAX_AVATAR {
                    return Ok(HttpResponse::PayloadTooLarge().finish());
                }
                avatar.extend_from_slice(&chunk);
            } else {
                file.write_all(&chunk).await?;
            }
        }
    }
    Ok(HttpResponse::Created().finish())
}

pub async fn upload_raw(body: web::Bytes) -> Result<HttpResponse, Error> {
    tokio::fs::write("scans/raw", &body).await?;
    Ok(HttpResponse::Created().finish())
}
