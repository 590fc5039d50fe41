fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is not set");
    println!("{}", url.len());
}
