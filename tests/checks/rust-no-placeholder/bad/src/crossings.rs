use actix_web::{web, HttpResponse};

use crate::db::{with_transaction, DbPool};
use crate::mail::{verify_token, Mailer};
use crate::stats::Stats;

pub async fn book(pool: web::Data<DbPool>, stats: web::Data<Stats>, req: actix_web::HttpRequest) -> HttpResponse {
    stats.count(&req);
    if !verify_token("x") || !stats.database_healthy().await {
        return HttpResponse::Unauthorized().finish();
    }
    with_transaction(&pool, |conn| insert(conn)).unwrap();
    let _ = stats.snapshot();
    let mailer = Mailer;
    mailer.send_ticket("a@example.org", b"").await.ok();
    mailer.send_refund("a@example.org").await.ok();
    seat_plan(3)
}

fn seat_plan(deck: u8) -> HttpResponse {
    match deck {
        1 => HttpResponse::Ok().finish(),
        _ => todo!("other decks"),
    }
}

fn insert(_conn: &mut diesel::PgConnection) -> Result<(), diesel::result::Error> {
    unreachable!()
}
