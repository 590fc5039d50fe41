use std::io::Read;

use actix_web::{web, Error, HttpResponse};

use crate::rows;

pub async fn scan(name: web::Path<String>) -> Result<HttpResponse, Error> {
    let data = tokio::fs::read(format!("scans/{}", name)).await?;
    Ok(HttpResponse::Ok().content_type("application/pdf").body(data))
}

pub async fn export_rows(db: web::Data<rows::Db>) -> Result<HttpResponse, Error> {
    let mut writer = csv::Writer::from_writer(vec![]);
    for row in db.all().await? {
        writer.serialize(row).unwrap();
    }
    let text = writer.into_inner().unwrap();
    Ok(HttpResponse::Ok().content_type("text/csv").body(text))
}

/// Two buffers of one name: the second is what is sent.
pub async fn bundle(name: web::Path<String>) -> Result<HttpResponse, Error> {
    let mut file = std::fs::File::open(format!("scans/{}", name))?;
    let digest = {
        let mut buffer = Vec::new();
        file.read_to_end(&mut buffer)?;
        crate::rows::digest(&buffer)
    };
    let mut bundle = std::fs::File::open(format!("bundles/{}", digest))?;
    let mut buffer = Vec::new();
    bundle.read_to_end(&mut buffer)?;
    Ok(HttpResponse::Ok().content_type("application/zip").body(buffer))
}
