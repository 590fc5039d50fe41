mod entries;
mod state;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    migrate();
    let state = web::Data::new(state::Guests::new().await);
    HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/entries", web::get().to(entries::count))
            .route("/guests", web::get().to(entries::guests))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

fn migrate() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    let mut conn = diesel::PgConnection::establish(&url).expect("no database");
    run_pending(&mut conn);
}
