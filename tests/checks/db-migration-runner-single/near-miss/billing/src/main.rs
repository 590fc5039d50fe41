fn main() {
    sqlx::migrate!().run(&pool);
}
