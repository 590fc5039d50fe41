//! Blocking locks behave the same.
pub mod book;

use parking_lot::RwLock as Lock;
use std::sync::{Arc, Mutex};

pub type Shared<T> = Arc<Mutex<T>>;

pub struct Ledger {
    pub(crate) rows: Shared<Vec<i64>>,
    names: Lock<Vec<String>>,
}

impl Ledger {
    pub fn add(&self, amount: i64) -> i64 {
        if let Ok(mut rows) = self.rows.lock() {
            rows.push(amount);
            return self.total();
        }
        0
    }

    pub fn total(&self) -> i64 {
        self.rows.lock().unwrap().iter().sum()
    }

    pub fn push_total(&self) {
        self.rows.lock().unwrap().push(self.total());
    }

    pub fn rename(&self, name: &str) {
        let names = &mut *self.names.write();
        names.push(name.to_owned());
        let count = self.names.read().len();
        println!("{count}");
    }
}
