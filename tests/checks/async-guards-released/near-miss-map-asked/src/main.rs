use dashmap::DashMap;

struct Seats {
    seats: DashMap<u64, String>,
    rooms: DashMap<u64, String>,
}

impl Seats {
    // Where nothing was found there is no guard.
    fn take(&self, id: u64) -> String {
        let found = self.seats.get(&id);
        if found.is_none() {
            self.seats.insert(id, String::new());
        }
        match self.seats.get(&id) {
            Some(one) => one.clone(),
            None => {
                self.seats.insert(id, String::new());
                String::new()
            }
        }
    }

    // Two readers do not wait for one another, and another map is another lock.
    fn name(&self, id: u64) -> usize {
        if let Some(seat) = self.seats.get(&id) {
            let other = self.seats.get(&(id + 1)).map(|one| one.len()).unwrap_or(0);
            self.rooms.insert(id, seat.clone());
            return seat.len() + other;
        }
        0
    }

    // The keys are collected first.
    fn sweep(&self) {
        let empty: Vec<u64> =
            self.seats.iter().filter(|one| one.is_empty()).map(|one| *one.key()).collect();
        for id in empty {
            self.seats.remove(&id);
        }
        let first = self.seats.get(&1).unwrap().clone();
        self.seats.insert(2, first);
    }

    fn renew(&self, id: u64) {
        if let Some(mut seat) = self.seats.get_mut(&id) {
            seat.push('!');
            drop(seat);
            self.seats.remove(&id);
        }
    }
}

#[tokio::main]
async fn main() {
    let seats = Seats { seats: DashMap::new(), rooms: DashMap::new() };
    seats.take(1);
    seats.name(1);
    seats.sweep();
    seats.renew(1);
}
