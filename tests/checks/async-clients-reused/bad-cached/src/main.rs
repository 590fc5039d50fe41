mod levels;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| {
        App::new()
            .route("/levels", web::get().to(levels::levels))
            .route("/winds", web::get().to(levels::winds))
            .route("/ebbs", web::get().to(levels::ebbs))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}
