use actix_web::{web, App, HttpResponse, HttpServer};
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::PgConnection;

type Db = Pool<ConnectionManager<PgConnection>>;

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/trees", web::get().to(trees))
            .route("/rows", web::get().to(rows))
            .route("/grafts", web::get().to(grafts))
            .route("/pests", web::get().to(pests))
            .route("/yields", web::get().to(yields))
            .route("/crates", web::get().to(crates))
            .route("/sheds", web::get().to(sheds))
            .route("/pumps", web::get().to(pumps))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

async fn trees(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}

async fn rows(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}

async fn grafts(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}

async fn pests(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}

async fn yields(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}

async fn crates(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}

async fn sheds(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}

async fn pumps(pool: web::Data<Db>) -> HttpResponse {
    let conn = pool.get();
    HttpResponse::Ok().body(conn.is_ok().to_string())
}
