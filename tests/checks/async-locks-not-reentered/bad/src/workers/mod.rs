use std::sync::Mutex;

pub struct Sweeper {
    seen: Mutex<Vec<u64>>,
}

impl Sweeper {
    pub fn sweep(&self) -> usize {
        let seen = self.seen.lock().unwrap();
        let count = seen.len() + self.open();
        count
    }

    fn open(&self) -> usize {
        self.seen.lock().expect("poisoned").len()
    }
}
