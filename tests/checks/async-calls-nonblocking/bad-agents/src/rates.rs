use actix_web::{web, HttpResponse};
use std::collections::HashMap;

pub async fn rate(text: String) -> HttpResponse {
    let agent = ureq::AgentBuilder::new().build();
    let answer = agent
        .post("https://rates.example.com/rate")
        .set("Accept", "application/json")
        .send_json(serde_json::json!({ "text": text }));
    HttpResponse::Ok().body(format!("{:?}", answer))
}

fn asked(agent: &ureq::Agent, url: &str) -> u16 {
    agent.get(url).call().map(|found| found.status()).unwrap_or(0)
}

pub async fn known(sent: web::Query<HashMap<String, String>>) -> HttpResponse {
    let agent = ureq::agent();
    let handler = sent.get("url").cloned().unwrap_or_default();
    let quiet = web::block(move || ureq::agent().get(&handler).call().is_ok()).await;
    let status = asked(&agent, "https://a.example.com");
    HttpResponse::Ok().body(format!("{} {:?}", status, quiet))
}
