use std::collections::HashMap;
use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::mpsc::Sender;

#[derive(Clone)]
struct Room {
    seats: u32,
    door: Sender<String>,
}

struct Rooms {
    rooms: Arc<DashMap<u64, Room>>,
    names: HashMap<u64, Room>,
}

impl Rooms {
    async fn enter(&self, id: u64) {
        // A copy is taken out: the guard is gone at the end of the statement.
        if let Some(room) = self.rooms.get(&id).map(|one| one.value().clone()) {
            room.door.send("entered".into()).await.ok();
        }
        let seats = self.rooms.get(&id).map(|one| one.seats);
        self.write(seats).await;
    }

    async fn leave(&self, id: u64) {
        let door = {
            let mut room = self.rooms.get_mut(&id).unwrap();
            room.seats += 1;
            room.door.clone()
        };
        door.send("left".into()).await.ok();
        let mut room = self.rooms.entry(id).or_insert_with(|| todo!());
        room.seats += 1;
        drop(room);
        self.write(None).await;
    }

    async fn later(&self, id: u64) {
        if let Some(room) = self.rooms.get(&id) {
            // The task has a copy; this function does not wait for it.
            let door = room.door.clone();
            tokio::spawn(async move { door.send("later".into()).await.ok() });
        }
    }

    async fn seats_of(&self, id: u64) -> u32 {
        // Where there is no room, there is no guard either.
        match self.rooms.get_mut(&id) {
            Some(room) => room.seats,
            None => {
                self.write(None).await;
                self.rooms.insert(id, made());
                0
            }
        }
    }

    async fn seats_or_none(&self, id: u64) -> u32 {
        match self.rooms.get(&id) {
            None => self.counted(id).await,
            Some(room) => room.seats,
        }
    }

    async fn named(&self, id: u64) {
        if let Some(room) = self.names.get(&id) {
            room.door.send("named".into()).await.ok();
        }
    }

    async fn write(&self, _seats: Option<u32>) {
        tokio::task::yield_now().await;
    }
}

#[tokio::main]
async fn main() {
    let rooms = Rooms { rooms: Arc::new(DashMap::new()), names: HashMap::new() };
    rooms.enter(1).await;
}
