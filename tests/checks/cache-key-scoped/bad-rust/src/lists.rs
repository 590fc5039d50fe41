use actix_web::{web, HttpRequest, HttpResponse};
use std::time::Duration;

use crate::services::{extract_user_id, ListCache, ListService};

pub async fn my_lists(
    req: HttpRequest,
    cache: web::Data<ListCache>,
    lists: web::Data<ListService>,
) -> HttpResponse {
    let user_id = extract_user_id(&req);
    let key = "lists:mine".to_string();
    if let Ok(Some(hit)) = cache.get::<String>(&key).await {
        return HttpResponse::Ok().body(hit);
    }
    let found = lists.for_owner(user_id).await.unwrap();
    let _ = cache.set(&key, &found, Some(Duration::from_secs(120))).await;
    HttpResponse::Ok().body(found)
}
