use std::env;

fn main() {
    let database_url = env::var("DATABASE_URL").expect("DATABASE_URL");
    let config = Config { jwt_secret: env::var("JWT_SECRET").unwrap() };
    // the operators want to see where it connects
    log::info!("connecting to {}", database_url);
    tracing::debug!(
        "signing with {:?}",
        config.jwt_secret
    );
}
