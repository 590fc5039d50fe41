use crate::Ledger;
use std::sync::Mutex;

pub trait Sink {
    fn flush(&self);
}

pub struct Book<'a> {
    pages: Mutex<Vec<String>>,
    ledger: &'a Ledger,
}

impl Sink for Book<'_> {
    fn flush(&self) {
        self.pages.lock().unwrap().clear();
    }
}

impl Book<'_> {
    pub fn close(&self) -> i64 {
        let pages = match self.pages.lock() {
            Ok(pages) => pages,
            Err(poisoned) => poisoned.into_inner(),
        };
        drop(pages);
        let pages = self
            .pages
            .lock()
            .unwrap();
        if pages.len() > 3 {
            self.flush();
        }
        self.ledger.total()
    }
}
