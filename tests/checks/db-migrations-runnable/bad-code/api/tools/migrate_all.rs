use diesel_migrations::MigrationHarness;

fn main() {
    let mut conn = connect();
    conn.run_pending_migrations(api::MIGRATIONS).expect("migrations");
}
