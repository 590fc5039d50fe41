use std::sync::{Mutex, MutexGuard};

pub struct Ring {
    tail: Mutex<Vec<u64>>,
}

pub struct Sender {
    shared: Ring,
}

impl Ring {
    fn notify(&self, mut tail: MutexGuard<'_, Vec<u64>>) {
        tail.push(0);
        drop(tail);
        let again = self.tail.lock().unwrap();
        println!("{}", again.len());
    }
}

impl Sender {
    pub fn close(&self) {
        let mut tail = self.shared.tail.lock().unwrap();
        tail.clear();
        self.shared.notify(tail);
    }
}
