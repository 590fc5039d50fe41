#[cfg(feature = "server")]
fn main() {
    let _ = axum::Router::<()>::new();
}

#[cfg(not(feature = "server"))]
fn main() {
    panic!("build it with the feature `server`");
}
