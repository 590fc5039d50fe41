mod berths;
mod table;

pub use table::TideTable;

#[tokio::main]
async fn main() {
    let berths = berths::Berths::default();
    println!("{} berths, and nothing looks tides up yet", berths.count());
}
