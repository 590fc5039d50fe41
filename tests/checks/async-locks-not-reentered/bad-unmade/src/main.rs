mod berths;
mod sluices;
mod table;

pub use table::TideTable;

#[tokio::main]
async fn main() {
    let berths = berths::Berths::default();
    sluices::first(1);
    println!("{} berths, and nothing looks tides up yet", berths.count());
}
