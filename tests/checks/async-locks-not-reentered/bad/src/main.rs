mod depots;
mod routes_cache;
mod workers;

use std::sync::Arc;

use actix_web::{web, App, HttpServer, Responder};

use crate::routes_cache::RouteCache;

async fn route(cache: web::Data<Arc<RouteCache>>, key: web::Path<String>) -> impl Responder {
    cache.find(&key).await.unwrap_or_default()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let cache = Arc::new(RouteCache::default());
    let depots = depots::Depots::new();
    let sweeper = workers::Sweeper::new();
    tokio::spawn(async move {
        depots::publish("a").await;
        depots.rename("a", "b").await + depots.refresh(3).await + sweeper.sweep()
    });
    let kept = cache.clone();
    tokio::spawn(async move {
        kept.find_or_put("north").await;
        kept.record(true).await;
        kept.evict().await;
        kept.drain().await;
        println!("{}", kept.report().await);
    });
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(cache.clone()))
            .route("/routes/{key}", web::get().to(route))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
