use axum::{extract::State, Json};
use diesel::prelude::*;

use crate::schema::{berths, moorings, tariffs, vessels};

pub async fn list_berths(State(state): State<AppState>) -> Result<Json<Vec<BerthView>>, Fault> {
    let mut conn = state.pool.get()?;
    let rows = berths::table
        .filter(berths::closed.eq(false))
        .order(berths::name.asc())
        .load::<Berth>(&mut conn)?;

    // One count and one lookup for each berth.
    let views = rows
        .into_iter()
        .map(|berth| {
            let moored: i64 = moorings::table
                .filter(moorings::berth_id.eq(berth.id))
                .count()
                .get_result(&mut conn)
                .unwrap_or(0);
            let vessel = vessels::table
                .find(berth.vessel_id)
                .first::<Vessel>(&mut conn)
                .optional();
            BerthView::new(berth, moored, vessel.ok().flatten())
        })
        .collect();
    Ok(Json(views))
}

pub async fn busiest(State(state): State<AppState>) -> Result<Json<Vec<(Berth, i64)>>, Fault> {
    let mut conn = state.pool.get()?;
    let top = berths::table.order(berths::visits.desc()).limit(3).load::<Berth>(&mut conn)?;
    let mut out = Vec::new();
    for berth in top {
        let count = moorings::table
            .filter(moorings::berth_id.eq(berth.id))
            .count()
            .get_result::<i64>(&mut conn)?;
        out.push((berth, count));
    }
    Ok(Json(out))
}

pub async fn moor_all(State(state): State<AppState>, Json(wanted): Json<Vec<NewMooring>>) -> Result<(), Fault> {
    let mut conn = state.pool.get()?;
    conn.transaction(|tx| {
        for page in wanted.chunks(500) {
            // The chunk is there, the statement is still one for each mooring.
            for mooring in page {
                diesel::insert_into(moorings::table).values(mooring).execute(tx)?;
            }
        }
        Ok(())
    })
}

pub async fn recalculate(State(state): State<AppState>, Json(ids): Json<Vec<i32>>) -> Result<(), Fault> {
    let mut conn = state.pool.get()?;
    for id in &ids {
        let rate = current_rate(&mut conn, *id)?;
        tracing::info!(id, rate, "rate");
    }
    Ok(())
}

fn current_rate(conn: &mut PgConnection, berth: i32) -> QueryResult<f64> {
    tariffs::table
        .filter(tariffs::berth_id.eq(berth))
        .select(tariffs::rate)
        .first(conn)
}
