use std::env;

fn main() {
    let database = env::var("DATABASE_URL").expect("DATABASE_URL");
    let secret = env::var("SESSION_SECRET").expect("SESSION_SECRET must be set");
    let port = env::var("HTTP_PORT").unwrap_or_else(|_| "8080".into());
    if env::var("BACKUPS").is_ok_and(|on| on == "true") {
        // Needed only where the feature is on.
        let bucket = env::var("BACKUP_BUCKET").expect("BACKUP_BUCKET must be set");
        gateway::back_up(&bucket);
    }
    gateway::run(&database, &secret, &port);
}
