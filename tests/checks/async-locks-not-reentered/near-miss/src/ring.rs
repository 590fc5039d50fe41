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

impl Sender {
    // a guard that only a branch took is gone where that branch leaves
    pub fn shrink(&self, full: bool) -> usize {
        let tail;
        if full {
            tail = self.shared.tail.lock().unwrap();
            tail.len()
        } else {
            self.shared.tail.lock().unwrap().len()
        }
    }

    // given a value of its own, the variable lets go of the guard
    pub fn copied(&self) -> usize {
        let count;
        {
            count = self.shared.tail.lock().unwrap().len();
        }
        count + self.shared.tail.lock().unwrap().len()
    }
}
