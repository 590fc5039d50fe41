use crate::store::Store;

pub async fn lamp(token: String) -> String {
    let who = verify_token(&token).unwrap_or_default();
    Store::open().run_in_tx(|client| client.light(&who)).await
}

fn verify_token(_token: &str) -> Option<String> {
    Some("keeper".to_string())
}
