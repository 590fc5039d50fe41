/// A tool of the command line: nobody else waits.
async fn import(path: &str) -> String {
    std::thread::sleep(std::time::Duration::from_millis(10));
    std::fs::read_to_string(path).unwrap()
}

#[tokio::main]
async fn main() {
    println!("{}", import("in.csv").await);
}
