use sqlx::PgPool;

pub async fn connect() -> PgPool {
    PgPool::connect("postgres://db/beacons").await.unwrap()
}

pub async fn watch(beacon: Beacon) {
    println!("{}", beacon.name);
}

pub async fn all_beacons(pool: &PgPool) -> sqlx::Result<Vec<Beacon>> {
    sqlx::query_as::<_, Beacon>("SELECT * FROM beacons").fetch_all(pool).await
}

pub async fn all_plugins(pool: &PgPool) -> sqlx::Result<Vec<Plugin>> {
    sqlx::query_as::<_, Plugin>("SELECT * FROM plugin_registry").fetch_all(pool).await
}

pub async fn all_sightings(pool: &PgPool) -> sqlx::Result<Vec<Sighting>> {
    sqlx::query_as::<_, Sighting>("SELECT * FROM sightings").fetch_all(pool).await
}
