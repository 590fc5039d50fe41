use actix_web::{get, web, App, HttpResponse, HttpServer, Responder};
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};

mod schema;

use schema::payments::dsl::payments as paid;

type DbPool = Pool<ConnectionManager<PgConnection>>;

#[derive(Queryable, serde::Serialize)]
struct Booking {
    id: i32,
    guest_id: i32,
}

#[derive(Queryable, serde::Serialize)]
struct Payment {
    id: i32,
    booking_id: i32,
}

#[get("/bookings")]
async fn bookings_of_all(pool: web::Data<DbPool>) -> impl Responder {
    use schema::bookings::dsl::*;
    let found = web::block(move || {
        let mut conn = pool.get().expect("a connection");
        bookings.load::<Booking>(&mut conn)
    })
    .await
    .unwrap();
    HttpResponse::Ok().json(found.unwrap())
}

#[get("/payments")]
async fn payments_of_all(pool: web::Data<DbPool>) -> impl Responder {
    let found = web::block(move || {
        let mut conn = pool.get().expect("a connection");
        paid.load::<Payment>(&mut conn)
    })
    .await
    .unwrap();
    HttpResponse::Ok().json(found.unwrap())
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let pool: DbPool = Pool::builder().build(ConnectionManager::new("postgres://")).unwrap();
    HttpServer::new(move || {
        App::new().app_data(web::Data::new(pool.clone())).service(bookings_of_all).service(payments_of_all)
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
