use std::sync::RwLock;

#[derive(Default)]
pub struct Berths {
    taken: RwLock<Vec<u32>>,
}

impl Berths {
    pub fn count(&self) -> usize {
        self.taken.read().expect("lock").len()
    }

    /// Nothing calls it yet.
    pub fn take(&self, berth: u32) {
        let mut taken = self.taken.write().expect("lock");
        taken.push(berth);
        self.sort();
    }

    fn sort(&self) {
        self.taken.write().expect("lock").sort();
    }
}
