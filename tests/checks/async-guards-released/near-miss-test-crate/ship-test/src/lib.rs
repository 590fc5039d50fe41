use dashmap::DashMap;

pub struct Ships {
    known: DashMap<String, Ship>,
}

pub struct Ship;

impl Ship {
    pub async fn leave(&self) {}
}

impl Ships {
    pub async fn leave_all(&self) {
        for ship in self.known.iter() {
            ship.leave().await;
        }
    }
}
