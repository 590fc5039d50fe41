mod table;

pub use table::TideTable;

#[tokio::main]
async fn main() {
    println!("nothing looks tides up yet");
}
