use actix_web::{web, HttpResponse, Responder};

use crate::cache::Cache;
use crate::stats::Stats;

/// What the status page of the office shows.
pub async fn status(stats: web::Data<Stats>, cache: web::Data<Cache>) -> impl Responder {
    HttpResponse::Ok().json(serde_json::json!({
        "uptime_seconds": stats.uptime_seconds(),
        "memory_usage": stats.memory_usage(),
        "busiest_keys": cache.busiest().await,
    }))
}
