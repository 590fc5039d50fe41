mod handlers;
mod state;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use actix_session::{storage::CookieSessionStore, SessionMiddleware};
use actix_web::{cookie::Key, web, App, HttpServer};
use lru::LruCache;

use crate::state::{Rates, Settings, Store};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let settings = Settings::from_env().expect("settings");
    let store = Arc::new(Store::open(&settings.url).await.expect("store"));
    let rates = Rates::default();

    HttpServer::new(move || {
        let quotes = web::Data::new(Mutex::new(LruCache::new(NonZeroUsize::MIN)));
        App::new()
            // the Arc becomes a part of the type
            .app_data(web::Data::new(store.clone()))
            .app_data(web::Data::new(rates.clone()))
            .app_data(quotes.clone())
            .wrap(SessionMiddleware::new(CookieSessionStore::default(), Key::generate()))
            .configure(handlers::configure)
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
