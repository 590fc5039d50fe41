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
    async fn enter(&self, id: u64) {
        if let Some(mut room) = self.rooms.get_mut(&id) {
            room.seats -= 1;
            room.door.send("entered".into()).await.ok();
        }
    }

    async fn tell(&self, word: &str) {
        for room in self.rooms.iter() {
            room.door.send(word.to_string()).await.ok();
        }
    }

    async fn first(&self, id: u64, made: Room) {
        let mut room = self.rooms.entry(id).or_insert(made);
        room.seats += 1;
        room.door.send("made".into()).await.ok();
    }
}

#[tokio::main]
async fn main() {
    let rooms = Rooms { rooms: Arc::new(DashMap::new()) };
    rooms.enter(1).await;
    rooms.tell("hello").await;
}
