use oauth2::{basic::BasicClient, AuthorizationCode};
use reqwest::redirect::Policy;

/// Once per sign-in: what matters is that nothing limits how long the provider may take.
pub async fn signed_in(code: String) -> Result<String, anyhow::Error> {
    let http = reqwest::Client::builder().redirect(Policy::none()).build()?;
    let token = provider()
        .exchange_code(AuthorizationCode::new(code))
        .request_async(&http)
        .await?;
    Ok(token.access_token().secret().clone())
}

fn provider() -> BasicClient {
    BasicClient::new(oauth2::ClientId::new("berths".into()))
}
