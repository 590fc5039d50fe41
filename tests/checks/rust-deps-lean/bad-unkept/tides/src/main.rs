#[async_std::main]
async fn main() {
    println!("{}", async_std::fs::read_to_string("tides.csv").await.unwrap());
}
