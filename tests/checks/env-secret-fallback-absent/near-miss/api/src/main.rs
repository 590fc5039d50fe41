use std::env;

const TTL: &str = "3600";

fn secret() -> String {
    let value = env::var("JWT_SECRET").unwrap_or_else(|_| "quay-seven-default".to_string());
    if value == "quay-seven-default" && production() {
        panic!("JWT_SECRET is not set");
    }
    value
}

fn production() -> bool {
    env::var("APP_ENV").unwrap_or_default() == "production"
}

fn ttl() -> String {
    env::var("TOKEN_TTL").unwrap_or_else(|_| TTL.to_string())
}

fn empty() -> String {
    env::var("SMTP_PASSWORD").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs() {
        let key = std::env::var("JWT_SECRET").unwrap_or("test-key-for-signing".into());
        assert!(!key.is_empty());
    }
}

fn main() {
    println!("{} {} {}", secret().len(), ttl(), empty().len());
}

fn one_time_secret() -> String {
    std::env::var("BOARD_JWT_TOKEN_SECRET").unwrap_or_else(|_| {
        tracing::warn!("no secret is set");
        notice("The board makes a secret of its own for this run.");
        uuid::Uuid::new_v4().to_string()
    })
}
