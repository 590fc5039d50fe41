#[cfg(test)]
use std::time::Duration;
use std::sync::RwLock;

pub struct Sluices {
    open: RwLock<Vec<u32>>,
}

impl Sluices {
    pub fn open(&self, sluice: u32) {
        let mut open = self.open.write().expect("lock");
        open.push(sluice);
        self.sort();
    }

    fn sort(&self) {
        self.open.write().expect("lock").sort();
    }
}

/// What is for tests alone above ends nothing.
pub fn first(sluice: u32) {
    let all = Sluices { open: RwLock::new(Vec::new()) };
    all.open(sluice);
}
