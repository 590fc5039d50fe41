use axum::{extract::State, Json};
use diesel::prelude::*;
use std::collections::HashMap;

use crate::schema::{berths, moorings};

pub async fn list_berths(State(state): State<AppState>) -> Result<Json<Vec<BerthView>>, Fault> {
    let mut conn = state.pool.get()?;
    let rows = berths::table.order(berths::name.asc()).limit(50).load::<Berth>(&mut conn)?;
    let ids: Vec<i32> = rows.iter().map(|berth| berth.id).collect();

    // One statement for all counts.
    let counts: HashMap<i32, i64> = moorings::table
        .filter(moorings::berth_id.eq_any(&ids))
        .group_by(moorings::berth_id)
        .select((moorings::berth_id, diesel::dsl::count_star()))
        .load::<(i32, i64)>(&mut conn)?
        .into_iter()
        .collect();
    let views = rows
        .into_iter()
        .map(|berth| {
            let moored = counts.get(&berth.id).copied().unwrap_or(0);
            BerthView::new(berth, moored)
        })
        .collect();
    Ok(Json(views))
}

pub fn moor_all(conn: &mut PgConnection, wanted: &[NewMooring]) -> QueryResult<usize> {
    let mut done = 0;
    for page in wanted.chunks(5_000) {
        done += diesel::insert_into(moorings::table).values(page).execute(conn)?;
    }
    Ok(done)
}
