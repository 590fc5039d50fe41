#[cfg(not(feature = "full"))]
mod plain_edition;
#[cfg(feature = "full")]
mod shared_edition;

pub struct Tugs;

fn main() {
    Tugs.notify_pilots("a").unwrap();
}
