use crate::schema::invitations;
use diesel::prelude::*;

pub type Pool = diesel::r2d2::Pool<diesel::r2d2::ConnectionManager<PgConnection>>;

pub fn invited(conn: &mut PgConnection, token: &str) -> Vec<i64> {
    invitations::table
        .filter(invitations::token.eq(token))
        .filter(invitations::used.eq(false))
        .select(invitations::patient_id)
        .load::<i64>(conn)
        .unwrap_or_default()
}

pub fn invite(conn: &mut PgConnection, row: &NewInvitation) -> QueryResult<usize> {
    diesel::insert_into(invitations::table).values(row).execute(conn)
}

pub async fn visits_of(pool: &sqlx::PgPool, clinic: i64) -> Vec<Visit> {
    sqlx::query_as::<_, Visit>(
        r#"
        SELECT v.id, v.happened_at
        FROM patients p
        JOIN visits v ON v.patient_id = p.id
        WHERE p.clinic_id = $1
        ORDER BY v.happened_at DESC
        "#,
    )
    .bind(clinic)
    .fetch_all(pool)
    .await
    .unwrap_or_default()
}

pub async fn by_insurance(pool: &sqlx::PgPool, number: &str) -> Option<Patient> {
    sqlx::query_as("SELECT * FROM patients WHERE insurance_number = $1")
        .bind(number)
        .fetch_optional(pool)
        .await
        .ok()
        .flatten()
}

pub async fn admit(pool: &sqlx::PgPool, patient: i64, doctor: i64) {
    sqlx::query("INSERT INTO visits (patient_id, doctor_id, happened_at) VALUES ($1, $2, now())")
        .bind(patient)
        .bind(doctor)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query("INSERT INTO patients (clinic_id, insurance_number, name) VALUES (1, '', '')")
        .execute(pool)
        .await
        .unwrap();
}
