use actix_multipart::Multipart;
use actix_web::{web, Error, HttpResponse};
use futures_util::TryStreamExt;

/// Takes a scan.
pub async fn add_scan(mut payload: Multipart) -> Result<HttpResponse, Error> {
    let mut scan = Vec::new();
    while let Some(mut field) = payload.try_next().await? {
        if field.name() != "scan" {
            continue;
        }
        while let Some(chunk) = field.try_next().await? {
            scan.extend_from_slice(&chunk);
        }
    }
    tokio::fs::write("scans/new", &scan).await?;
    Ok(HttpResponse::Created().finish())
}

pub async fn upload_raw(body: web::Bytes) -> Result<HttpResponse, Error> {
    tokio::fs::write("scans/raw", &body).await?;
    Ok(HttpResponse::Created().finish())
}

// a message: it has to be there as a whole to be read
pub async fn import_list(body: web::Bytes) -> Result<HttpResponse, Error> {
    let list: Vec<String> = serde_json::from_slice(&body)?;
    Ok(HttpResponse::Ok().json(list.len()))
}
