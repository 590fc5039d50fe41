use actix_web::{web, App, HttpResponse, HttpServer, Responder};
use redis::AsyncCommands;
use sqlx::PgPool;

async fn show(pool: web::Data<PgPool>, redis: web::Data<redis::Client>, id: web::Path<i64>) -> impl Responder {
    let mut conn = redis.get_multiplexed_async_connection().await.unwrap();
    let key = format!("berth:{}", id);
    if let Ok(Some(known)) = conn.get::<_, Option<String>>(&key).await {
        return HttpResponse::Ok().body(known);
    }
    let name: String = sqlx::query_scalar("SELECT name FROM berths WHERE id = $1")
        .bind(*id)
        .fetch_one(pool.get_ref())
        .await
        .unwrap();
    let _: () = conn.set_ex(&key, &name, 900).await.unwrap();
    HttpResponse::Ok().body(name)
}

async fn rename(pool: web::Data<PgPool>, redis: web::Data<redis::Client>, id: web::Path<i64>, name: String) -> impl Responder {
    sqlx::query("UPDATE berths SET name = $1 WHERE id = $2")
        .bind(&name)
        .bind(*id)
        .execute(pool.get_ref())
        .await
        .unwrap();
    let mut conn = redis.get_multiplexed_async_connection().await.unwrap();
    // the key goes with others, in one trip
    let mut pipe = redis::pipe();
    pipe.atomic();
    pipe.del(format!("berth:{}", id));
    pipe.srem("berths:open", *id);
    let _: () = pipe.query_async(&mut conn).await.unwrap();
    HttpResponse::NoContent().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pool = PgPool::connect("postgres://berths").await.unwrap();
    let redis = redis::Client::open("redis://redis/").unwrap();
    HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(pool.clone()))
            .app_data(web::Data::new(redis.clone()))
            .route("/berths/{id}", web::get().to(show))
            .route("/berths/{id}", web::put().to(rename))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
