use actix_files::NamedFile;
use actix_web::{web, Error, HttpResponse};

pub async fn scan(name: web::Path<String>) -> Result<NamedFile, Error> {
    Ok(NamedFile::open_async(format!("scans/{}", name)).await?)
}

pub async fn export_rows(db: web::Data<crate::rows::Db>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/csv").streaming(db.csv_lines())
}
