use std::io::Write;

use actix_web::{post, web, App, HttpResponse, HttpServer};
use futures::StreamExt;

mod quay;
mod wardens;

#[post("/tickets")]
async fn tickets(mut sheet: web::Payload) -> Result<HttpResponse, FerryError> {
    std::fs::create_dir_all("sheets")?;
    let mut file = std::fs::File::create(web::block(name).await?)?;
    while let Some(piece) = sheet.next().await {
        let data = piece.map_err(|_| FerryError)?;
        file.write_all(&data)?;
    }
    Ok(HttpResponse::Ok().finish())
}

#[post("/views")]
async fn views(way: web::Path<String>) -> Result<HttpResponse, FerryError> {
    let found = image::ImageReader::open(way.as_str())?.decode()?;
    Ok(HttpResponse::Ok().json(found.width()))
}

#[post("/berths")]
async fn berths(name: String) -> Result<HttpResponse, FerryError> {
    quay::save(&name)?;
    Ok(HttpResponse::Ok().finish())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(tickets).service(views).service(berths))
        .bind("0.0.0.0:80")?
        .run()
        .await
}
