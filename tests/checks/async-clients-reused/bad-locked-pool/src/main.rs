use actix_web::{web, App, HttpResponse, HttpServer};
mod state;
use state::AppState;

async fn crossings(state: web::Data<AppState>) -> HttpResponse {
    let db = state.db.lock().await;
    let rows = sqlx::query("SELECT id FROM crossings LIMIT 50").fetch_all(&*db).await;
    HttpResponse::Ok().body(rows.map(|all| all.len()).unwrap_or(0).to_string())
}

async fn book(state: web::Data<AppState>) -> HttpResponse {
    let db = state.db.lock().await;
    let _ = sqlx::query("INSERT INTO bookings DEFAULT VALUES").execute(&*db).await;
    HttpResponse::Created().finish()
}

async fn past(state: web::Data<AppState>) -> HttpResponse {
    let archive = state.archive.read().await;
    let _ = sqlx::query("SELECT id FROM past LIMIT 50").fetch_all(&*archive).await;
    HttpResponse::Ok().finish()
}

async fn other(state: web::Data<AppState>) -> HttpResponse {
    let pool = state.spare.lock().await.clone();
    let _ = sqlx::query("SELECT id FROM other LIMIT 50").fetch_all(&pool).await;
    HttpResponse::Ok().finish()
}

async fn seat(state: web::Data<AppState>) -> HttpResponse {
    let mut seats = state.seats.lock().await;
    seats.push(1);
    tokio::task::yield_now().await;
    HttpResponse::Ok().finish()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/crossings", web::get().to(crossings))
            .route("/book", web::post().to(book))
            .route("/past", web::get().to(past))
            .route("/other", web::get().to(other))
            .route("/seat", web::post().to(seat))
    })
    .bind("0.0.0.0:8080")?
    .run()
    .await
}
