use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::mpsc::Sender;

struct Room {
    seats: u32,
    door: Sender<String>,
}

struct Rooms {
    rooms: Arc<DashMap<u64, Room>>,
}

impl Rooms {
    async fn greet(&self, id: u64) {
        match self.rooms.get_mut(&id) {
            None => if id > 0 { self.tell("nobody").await }
            Some(mut room) => {
                room.seats += 1;
                room.door.send("welcome".into()).await.ok();
            }
        }
    }

    async fn tell(&self, word: &str) {
        println!("{word}");
    }
}

#[tokio::main]
async fn main() {
    let rooms = Rooms { rooms: Arc::new(DashMap::new()) };
    rooms.greet(1).await;
}
