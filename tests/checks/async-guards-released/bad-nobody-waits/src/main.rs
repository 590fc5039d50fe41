mod locks;
mod tides;
mod wharf;

#[tokio::main]
async fn main() {
    let locks = locks::Locks::new(vec![locks::Lock::named("north")]);
    locks.open("north").await;
    locks.close("north").await;
    let mut tides = tides::Tides::new();
    tides.seen(1, 2);
    tides.tell().await;
    tides.watch();
    let wharf = wharf::Wharf::default();
    wharf.call(1).await;
    wharf.leave(1);
}
