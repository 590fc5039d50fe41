use axum::{extract::State, routing::post, Json, Router};
use sqlx::PgPool;

struct Person {
    id: i64,
    address: String,
}

async fn find_person(pool: &PgPool, id: i64) -> Option<Person> {
    sqlx::query_as("SELECT id, address FROM people WHERE id = $1").bind(id).fetch_optional(pool).await.unwrap()
}

/// What is asked first is the least of it.
async fn remind(pool: &PgPool, id: i64) -> Result<(), String> {
    let Some(person) = find_person(pool, id).await else {
        return Err("nobody is known by that number".to_owned());
    };
    if person.address.is_empty() {
        return Err("there is no address".to_owned());
    }
    let letter = letters::of(&person);
    if letter.is_empty() {
        return Err("there is nothing to say".to_owned());
    }
    mailer::send_letter(&person.address, &letter).await?;
    tracing::info!(person.id, "reminded");
    Ok(())
}

async fn remind_all(State(pool): State<PgPool>, Json(ids): Json<Vec<i64>>) -> Json<Vec<String>> {
    let mut said = Vec::new();
    for id in ids {
        said.push(match remind(&pool, id).await {
            Ok(()) => "sent".to_owned(),
            Err(why) => why,
        });
    }
    Json(said)
}

struct NewBoat {
    name: String,
    member_ids: Vec<i64>,
}

/// A boat has two members, or three.
async fn add_boat(State(pool): State<PgPool>, Json(boat): Json<NewBoat>) -> Json<Vec<String>> {
    let mut found = Vec::new();
    for id in &boat.member_ids {
        found.push(find_person(&pool, *id).await.unwrap().address);
    }
    Json(found)
}

/// Many at once.
async fn call_members_batch(State(pool): State<PgPool>, Json(list): Json<Vec<i64>>) -> Json<usize> {
    let mut known = 0;
    for id in &list {
        if find_person(&pool, *id).await.is_some() {
            known += 1;
        }
        sqlx::query("INSERT INTO calls (person_id, at) VALUES ($1, now())").bind(id).execute(&pool).await.unwrap();
    }
    Json(known)
}

#[tokio::main]
async fn main() {
    let pool = PgPool::connect("postgres://localhost/club").await.unwrap();
    let app = Router::new()
        .route("/reminders", post(remind_all))
        .route("/boats", post(add_boat))
        .route("/members/calls", post(call_members_batch))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.unwrap();
    axum::serve(listener, app).await.unwrap();
}
