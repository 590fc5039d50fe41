use actix_web::{get, post, web, App, Error, HttpResponse, HttpServer};
use std::fs;
use std::path::PathBuf;
use std::sync::RwLock;

pub struct Config {
    pub landing_file: PathBuf,
    pub folder: PathBuf,
}

/// A short page that the settings name: a note.
#[get("/")]
async fn index(config: web::Data<RwLock<Config>>) -> Result<HttpResponse, Error> {
    let config = config.read().unwrap();
    Ok(HttpResponse::Ok().body(fs::read(&config.landing_file)?))
}

/// Entries are renamed and one line is read: a note.
#[get("/pins/{name}")]
async fn pin(config: web::Data<RwLock<Config>>, name: web::Path<String>) -> Result<HttpResponse, Error> {
    let path = config.read().unwrap().folder.join(name.as_str());
    let to = fs::read_to_string(&path)?;
    fs::rename(&path, path.with_extension("used"))?;
    Ok(HttpResponse::Found().append_header(("Location", to)).finish())
}

/// All entries of a folder.
#[get("/pins")]
async fn list(config: web::Data<RwLock<Config>>) -> Result<HttpResponse, Error> {
    let names: Vec<String> = fs::read_dir(&config.read().unwrap().folder)?
        .filter_map(|one| Some(one.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    Ok(HttpResponse::Ok().json(names))
}

#[post("/pins/{name}")]
async fn keep(config: web::Data<RwLock<Config>>, name: web::Path<String>, body: web::Bytes) -> Result<HttpResponse, Error> {
    let config = config.read().unwrap();
    fs::write(config.folder.join(name.as_str()), &body)?;
    Ok(HttpResponse::Created().finish())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let config = web::Data::new(RwLock::new(Config { landing_file: "page".into(), folder: "pins".into() }));
    HttpServer::new(move || {
        App::new().app_data(config.clone()).service(index).service(pin).service(list).service(keep)
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
