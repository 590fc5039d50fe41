fn main() {
    dotenv::dotenv().ok();
    println!("tuned");
}
