use std::sync::Arc;

use actix_web::{web, HttpResponse};

use crate::state::{Rates, Settings, Store};

pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/parcels", web::get().to(parcels))
        .route("/rates", web::get().to(rates))
        .route("/settings", web::get().to(settings));
}

async fn parcels(store: web::Data<Store>) -> HttpResponse {
    let _ = store;
    HttpResponse::Ok().finish()
}

async fn rates(rates: web::Data<Arc<Rates>>) -> HttpResponse {
    let _ = rates;
    HttpResponse::Ok().finish()
}

// registered nowhere
async fn settings(settings: web::Data<Settings>) -> HttpResponse {
    HttpResponse::Ok().body(settings.url.clone())
}
