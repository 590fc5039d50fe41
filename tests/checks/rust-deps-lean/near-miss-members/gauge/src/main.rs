#[tokio::main]
async fn main() {
    let (left, right) = tokio::join!(gauge_shared::read("a"), gauge_shared::read("b"));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    println!("{left} {right}");
}
