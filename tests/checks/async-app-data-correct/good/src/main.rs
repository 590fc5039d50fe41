use std::sync::{Arc, Mutex};

use actix_web::{web, App, HttpResponse, HttpServer};

struct Store;

#[derive(Clone)]
struct Settings;

type Shared = Arc<Mutex<Vec<String>>>;

async fn parcels(store: web::Data<Store>, settings: web::Data<Settings>) -> HttpResponse {
    let _ = (store, settings);
    HttpResponse::Ok().finish()
}

async fn log(log: web::Data<Shared>, sum: web::Data<Mutex<u64>>) -> HttpResponse {
    log.lock().unwrap().push("seen".into());
    *sum.lock().unwrap() += 1;
    HttpResponse::Ok().finish()
}

fn routes(cfg: &mut web::ServiceConfig) {
    cfg.app_data(web::Data::new(Settings)).route("/parcels", web::get().to(parcels));
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let store = Arc::new(Store);
    let lines: Arc<Mutex<Vec<String>>> = Arc::new(Mutex::new(Vec::new()));
    let sum = web::Data::new(Mutex::new(0_u64));
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::from(Arc::clone(&store)))
            .app_data(web::Data::new(lines.clone()))
            .app_data(sum.clone())
            .app_data(web::JsonConfig::default().limit(4096))
            .configure(routes)
            .route("/log", web::post().to(log))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
