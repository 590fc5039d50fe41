use std::sync::Arc;

use actix_session::Session;
use actix_web::{web, HttpResponse};

use crate::state::{Rates, Settings, Store};

pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/parcels", web::get().to(parcels))
        .route("/rates", web::get().to(rates))
        .route("/settings", web::get().to(settings))
        .route("/visits", web::get().to(visits));
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

async fn visits(session: Session) -> HttpResponse {
    let seen = session.get::<u32>("seen").ok().flatten().unwrap_or(0);
    let _ = session.insert("seen", seen + 1);
    HttpResponse::Ok().body(seen.to_string())
}
