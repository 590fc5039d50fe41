use diesel::r2d2::{ConnectionManager, Pool};
use diesel::PgConnection;

pub type Manager = ConnectionManager<PgConnection>;
/// What handlers get as `web::Data<Db>`.
pub type Db = Pool<ConnectionManager<PgConnection>>;

pub fn manager() -> Manager {
    Manager::new(std::env::var("DATABASE_URL").expect("DATABASE_URL"))
}
