mod berths;
mod visits;

use axum::Router;
use mongodb::Client;

#[tokio::main]
async fn main() {
    let client = Client::with_uri_str("mongodb://db").await.unwrap();
    let visits = visits::router_with_state(client.database("harbour"));
    let berths = berths::router(berths::MongoBerths::new(client.database("harbour")));
    let app = Router::new().merge(visits).merge(berths);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
