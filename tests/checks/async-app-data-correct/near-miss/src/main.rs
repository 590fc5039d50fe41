use std::cell::Cell;
use std::sync::{Arc, Mutex};

use actix_web::{cookie::Key, web, App, HttpResponse, HttpServer};

trait Clock: Send + Sync {}

struct Deps {
    clock: Arc<dyn Clock>,
}

struct Store;

/// What is registered comes from elsewhere: unresolved.
async fn time(clock: web::Data<dyn Clock>, deps: web::Data<Deps>) -> HttpResponse {
    let _ = (clock, deps);
    HttpResponse::Ok().finish()
}

/// Generic: T may be anything.
async fn any<T: 'static>(data: web::Data<T>) -> HttpResponse {
    let _ = data;
    HttpResponse::Ok().finish()
}

async fn hits(hits: web::Data<Cell<u64>>, store: web::Data<Store>) -> HttpResponse {
    let _ = store;
    hits.set(hits.get() + 1);
    HttpResponse::Ok().finish()
}

fn store() -> Arc<Store> {
    Arc::new(Store)
}

fn build(deps: impl Fn() -> Deps) -> Deps {
    deps()
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let key = Key::from(std::env::var("SESSION_KEY").unwrap().as_bytes());
    let spare = Key::generate();
    let shared = store();
    let counter = web::Data::new(Mutex::new(0_u64));
    HttpServer::new(move || {
        let deps = build(|| todo!());
        // a worker's own counter, as Cell says
        let own = Cell::new(0_u64);
        App::new()
            .app_data(web::Data::new(own))
            .app_data(web::Data::from(deps.clock.clone()))
            .app_data(web::Data::new(deps))
            .app_data(web::Data::from(shared.clone()))
            .app_data(counter.clone())
            .app_data(web::Data::new(key.clone()))
            .app_data(web::Data::new(spare.clone()))
            .route("/time", web::get().to(time))
            .route("/hits", web::get().to(hits))
            .route("/any", web::get().to(any::<Store>))
    })
    .bind(("0.0.0.0", 8080))?
    .run()
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn serves() {
        let _ = App::new().app_data(web::Data::new(Arc::new(Store)));
    }
}
