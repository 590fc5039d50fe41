use crate::state::AppState;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    Json,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

const LIST_TTL: Duration = Duration::from_secs(15 * 60);

#[derive(Serialize, Deserialize, sqlx::FromRow)]
pub struct Book {
    pub id: Uuid,
    pub title: String,
    pub shelf: String,
}

#[derive(Deserialize)]
pub struct Page {
    pub page: Option<u32>,
}

fn book_key(id: Uuid) -> String {
    format!("book:{id}")
}

pub async fn get_book(State(state): State<AppState>, Path(id): Path<Uuid>) -> Json<Book> {
    let key = book_key(id);
    if let Ok(Some(hit)) = state.cache.get::<Book>(&key).await {
        return Json(hit);
    }
    let book: Book = sqlx::query_as("SELECT id, title, shelf FROM books WHERE id = $1")
        .bind(id)
        .fetch_one(&state.pool)
        .await
        .unwrap();
    let _ = state.cache.set(&key, &book, Duration::from_secs(3600)).await;
    Json(book)
}

pub async fn list_books(State(state): State<AppState>, Query(q): Query<Page>) -> Json<Vec<Book>> {
    let page = q.page.unwrap_or(1);
    let key = format!("books:page:{}", page);
    if let Ok(Some(hit)) = state.cache.get::<Vec<Book>>(&key).await {
        return Json(hit);
    }
    let books: Vec<Book> = sqlx::query_as("SELECT id, title, shelf FROM books ORDER BY title LIMIT 50 OFFSET $1")
        .bind((page as i64 - 1) * 50)
        .fetch_all(&state.pool)
        .await
        .unwrap();
    let _ = state.cache.set(&key, &books, LIST_TTL).await;
    Json(books)
}

pub async fn create_book(State(state): State<AppState>, Json(book): Json<Book>) -> StatusCode {
    sqlx::query("INSERT INTO books (id, title, shelf) VALUES ($1, $2, $3)")
        .bind(book.id)
        .bind(&book.title)
        .bind(&book.shelf)
        .execute(&state.pool)
        .await
        .unwrap();
    StatusCode::CREATED
}

pub async fn update_book(
    State(state): State<AppState>,
    Path(id): Path<Uuid>,
    Json(book): Json<Book>,
) -> StatusCode {
    sqlx::query("UPDATE books SET title = $2, shelf = $3 WHERE id = $1")
        .bind(id)
        .bind(&book.title)
        .bind(&book.shelf)
        .execute(&state.pool)
        .await
        .unwrap();
    StatusCode::NO_CONTENT
}

pub async fn delete_book(State(state): State<AppState>, Path(id): Path<Uuid>) -> StatusCode {
    sqlx::query("DELETE FROM books WHERE id = $1").bind(id).execute(&state.pool).await.unwrap();
    StatusCode::NO_CONTENT
}
