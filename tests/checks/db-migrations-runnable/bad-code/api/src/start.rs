use crate::db::MIGRATIONS;

pub fn prepare(conn: &mut PgConnection) -> Result<(), Error> {
    match conn.run_pending_migrations(MIGRATIONS) {
        Ok(_) => Ok(()),
        Err(e) if e.to_string().contains("already exists") => {
            log::warn!("tables are there: {e}");
            Ok(())
        }
        Err(e) => Err(Error::Migration(e)),
    }
}
