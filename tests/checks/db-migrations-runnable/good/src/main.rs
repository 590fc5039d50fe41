use diesel_migrations::{embed_migrations, EmbeddedMigrations, MigrationHarness};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

pub fn run_migrations(conn: &mut diesel::PgConnection) -> Result<(), Error> {
    tracing::info!("running migrations");
    conn.run_pending_migrations(MIGRATIONS).map_err(Error::Migration)?;
    Ok(())
}

fn main() {}
