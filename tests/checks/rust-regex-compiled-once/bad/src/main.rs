mod ledger;
mod links;
mod tidy;
mod watchman;
mod middleware;
mod orders;

use actix_web::{web, App, HttpServer};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let lines: Vec<String> = std::fs::read_to_string("stock.csv")?.lines().map(String::from).collect();
    println!("{:?} {}", ledger::days(&lines), ledger::total(&lines.join("\n")));
    println!("{} {:?}", orders::import(&lines), links::listed(&lines));
    HttpServer::new(|| App::new().route("/orders", web::post().to(orders::create)))
        .bind(("0.0.0.0", 8080))?
        .run()
        .await
}
