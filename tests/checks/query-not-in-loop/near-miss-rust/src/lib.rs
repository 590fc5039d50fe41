use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use sqlx::PgPool;

use crate::schema::{alarms, beacons, signals};

const KINDS: [&str; 3] = ["fog", "light", "radio"];

/// Batches: one statement for up to a thousand rows.
pub async fn store(pool: &PgPool, rows: Vec<Signal>) -> Result<(), sqlx::Error> {
    for chunk in rows.chunks(1_000) {
        let mut builder = sqlx::QueryBuilder::new("INSERT INTO signals (at, level) ");
        builder.push_values(chunk, |mut row, signal| {
            row.push_bind(signal.at).push_bind(signal.level);
        });
        builder.build().execute(pool).await?;
    }
    for start in (0..rows.len()).step_by(500) {
        let ids: Vec<i64> = rows[start..].iter().take(500).map(|row| row.id).collect();
        sqlx::query("UPDATE signals SET seen = true WHERE id = ANY($1)")
            .bind(&ids)
            .execute(pool)
            .await?;
    }
    Ok(())
}

/// A retry, a backoff, a literal range, an array, a constant.
pub async fn ping(pool: &PgPool) -> Result<(), sqlx::Error> {
    for attempt in 1..=MAX_ATTEMPTS {
        if sqlx::query("SELECT id FROM beacons LIMIT 1").execute(pool).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50 * attempt)).await;
    }
    for slot in 0..4 {
        sqlx::query("UPDATE slots SET free = true WHERE slot = $1").bind(slot).execute(pool).await?;
    }
    for kind in KINDS {
        sqlx::query("SELECT count(*) FROM alarms WHERE kind = $1").bind(kind).fetch_one(pool).await?;
    }
    for state in ["open", "late"] {
        sqlx::query("SELECT count(*) FROM alarms WHERE state = $1").bind(state).fetch_one(pool).await?;
    }
    for level in Level::iter() {
        sqlx::query("SELECT count(*) FROM alarms WHERE level = $1").bind(level).fetch_one(pool).await?;
    }
    Ok(())
}

/// Keyset pagination: one statement for each page, until a page is empty.
pub fn export(conn: &mut PgConnection, out: &mut Writer) -> QueryResult<()> {
    let mut after = 0;
    loop {
        let page = signals::table
            .filter(signals::id.gt(after))
            .order(signals::id)
            .limit(1_000)
            .load::<Signal>(conn)?;
        let Some(last) = page.last() else { break };
        after = last.id;
        out.write(&page);
    }
    Ok(())
}

/// A worker: it waits for work.
pub async fn work(pool: PgPool, mut inbox: Receiver<Job>) {
    let mut clock = tokio::time::interval(Duration::from_secs(5));
    loop {
        tokio::select! {
            Some(job) = inbox.recv() => {
                let _ = sqlx::query("UPDATE jobs SET done = true WHERE id = $1").bind(job.id).execute(&pool).await;
            }
            _ = clock.tick() => {
                let _ = sqlx::query("DELETE FROM jobs WHERE done").execute(&pool).await;
            }
        }
    }
}

/// One statement for each database.
pub fn count_everywhere(shards: &[Pool]) -> QueryResult<i64> {
    let mut total = 0;
    for shard in shards {
        let mut conn = shard.get().unwrap();
        total += signals::table.count().get_result::<i64>(&mut conn)?;
    }
    Ok(total)
}

/// DDL, Option::map, HashMap::get, sets.
pub fn prepare(conn: &mut PgConnection, names: &[String], known: &HashMap<String, i32>) -> QueryResult<()> {
    for name in names {
        diesel::sql_query(format!("CREATE INDEX IF NOT EXISTS {name} ON signals (at)")).execute(conn)?;
    }
    let owner = find_owner().map(|owner| beacons::table.find(owner).first::<Beacon>(conn));
    let mut seen = HashSet::new();
    for name in names {
        if known.get(name).is_some() {
            seen.insert(name);
        }
    }
    drop(owner);
    Ok(())
}

/// A statement for each group, all rows of the group in it.
pub fn close(conn: &mut PgConnection, alarms: Vec<Alarm>) -> QueryResult<()> {
    let mut by_state: HashMap<State, Vec<i32>> = HashMap::new();
    for alarm in alarms {
        by_state.entry(alarm.state).or_default().push(alarm.id);
    }
    for (state, ids) in by_state {
        diesel::update(alarms::table.filter(alarms::id.eq_any(&ids)))
            .set(alarms::state.eq(state.next()))
            .execute(conn)?;
    }
    Ok(())
}

/// No database: mail, queue, object store, a cache.
pub async fn notify(mailer: &Mailer, queue: &Queue, bucket: &Client, people: &[Person]) -> Result<(), Fault> {
    for person in people {
        mailer.send(person.letter()).await?;
        queue.send(person.id).await?;
        bucket.put_object().bucket("letters").key(&person.key).send().await?;
    }
    Ok(())
}

/// The iterable itself is asked for once.
pub async fn print_all(pool: &PgPool) -> Result<(), sqlx::Error> {
    for row in sqlx::query_as::<_, Beacon>("SELECT * FROM beacons").fetch_all(pool).await? {
        println!("{}", row.name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(conn: &mut PgConnection, rows: &[NewSignal]) {
        for row in rows {
            diesel::insert_into(signals::table).values(row).execute(conn).unwrap();
        }
    }
}

/// What the database says of its own tables: asked once, by whoever looks after the schema.
pub async fn check_indexes(pool: &PgPool, wanted: &[(String, String)]) -> Result<(), sqlx::Error> {
    for (table, column) in wanted {
        let index = format!("idx_{table}_{column}");
        let known: bool = sqlx::query_scalar(
            "SELECT EXISTS(SELECT 1 FROM pg_catalog.pg_class c WHERE c.relname = $1 AND c.relkind = 'i')",
        )
        .bind(&index)
        .fetch_one(pool)
        .await?;
        let typed: Option<String> = sqlx::query_scalar(
            "SELECT data_type FROM information_schema.columns WHERE table_name = $1",
        )
        .bind(table)
        .fetch_optional(pool)
        .await?;
        if !known || typed.is_none() {
            return Err(sqlx::Error::RowNotFound);
        }
    }
    Ok(())
}

/// One statement for each kind, all its ids at once; the macro takes them as an argument.
pub async fn load_by_kind(pool: &PgPool, wanted: Vec<Wanted>) -> Result<Vec<Beacon>, sqlx::Error> {
    let mut by_kind: HashMap<Kind, Vec<i64>> = HashMap::new();
    for one in wanted {
        by_kind.entry(one.kind).or_default().push(one.id);
    }
    let mut found = Vec::new();
    for (_kind, mut ids) in by_kind.into_iter() {
        ids.sort_unstable();
        found.extend(
            sqlx::query_as!(
                Beacon,
                r#"SELECT id, level FROM beacons WHERE id = ANY($1) AND retired_at IS NULL"#,
                &ids
            )
            .fetch_all(pool)
            .await?,
        );
    }
    Ok(found)
}

/// Views that are made and refreshed: the database's own functions, and one by a name from afar.
pub async fn refresh_views(pool: &PgPool, ports: &[Port]) -> Result<(), sqlx::Error> {
    for port in ports {
        let view = format!("{}.tides", port.schema);
        sqlx::query("SELECT to_regclass($1)").bind(&view).fetch_one(pool).await?;
        sqlx::query(&format!("SELECT {}.{};", port.schema, REFRESH)).execute(pool).await?;
    }
    Ok(())
}
