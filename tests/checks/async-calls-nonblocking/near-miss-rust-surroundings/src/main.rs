use std::io::Write;

use actix_web::{post, web, App, HttpResponse, HttpServer};
use futures::StreamExt;

mod wardens;

#[post("/tickets")]
async fn tickets(mut sheet: web::Payload) -> Result<HttpResponse, FerryError> {
    let mut kept = Vec::new();
    while let Some(piece) = sheet.next().await {
        kept.write_all(&piece?)?;
    }
    let mut packed = std::io::Cursor::new(Vec::new());
    std::io::copy(&mut kept.as_slice(), &mut packed)?;
    Ok(HttpResponse::Ok().finish())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(tickets)).bind("0.0.0.0:80")?.run().await
}
