use std::sync::Arc;

use dashmap::DashMap;

struct Seat {
    room: u64,
    name: String,
}

struct Seats {
    seats: Arc<DashMap<u64, Seat>>,
    paths: DashMap<String, String>,
}

impl Seats {
    fn sweep(&self) {
        for seat in self.seats.iter() {
            if seat.value().room == 0 {
                self.seats.remove(seat.key());
            }
        }
    }

    async fn read(&self, key: &str) -> Option<String> {
        if let Some(path) = self.paths.get(key) {
            let text = tokio::fs::read_to_string(path.value()).await.ok()?;
            self.keep(key, &text).await;
            return Some(text);
        }
        None
    }

    async fn keep(&self, key: &str, text: &str) {
        self.paths.insert(key.to_owned(), text.to_owned());
    }

    async fn change(&self, id: u64, room: u64) {
        let Some(mut seat) = self.seats.get_mut(&id) else {
            return;
        };
        let others = self.seats.iter().filter(|one| one.room == room).count();
        tokio::task::yield_now().await;
        seat.room = others as u64;
    }
}

#[tokio::main]
async fn main() {
    let seats = Seats { seats: Arc::default(), paths: DashMap::new() };
    seats.sweep();
    seats.change(1, 2).await;
    seats.read("one").await;
}
