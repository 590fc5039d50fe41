mod sinks;

use dashmap::DashMap;
use futures_util::{Sink, SinkExt};

use crate::sinks::{Ready, Slow};

pub struct Word(pub String);

pub trait WordSink: Sink<Word, Error = std::io::Error> + Send + Sync + Unpin {}

impl<T> WordSink for T where T: Sink<Word, Error = std::io::Error> + Send + Sync + Unpin {}

pub struct Listener {
    ear: Box<dyn WordSink>,
    meter: Box<dyn Sink<u64, Error = std::io::Error> + Send + Sync + Unpin>,
}

#[derive(Default)]
pub struct Hall {
    listeners: DashMap<u64, Listener>,
}

#[async_trait::async_trait]
pub trait Log: Send + Sync {
    async fn note(&self, word: &str);
}

pub struct Memory;

#[async_trait::async_trait]
impl Log for Memory {
    async fn note(&self, word: &str) {
        tracing::info!("{word}");
    }
}

pub struct Desk {
    seen: std::sync::Mutex<u64>,
    log: Box<dyn Log>,
    memory: Memory,
}

impl Desk {
    // whoever else implements the trait may wait: a note
    pub async fn see(&self) {
        let mut seen = self.seen.lock().unwrap();
        *seen += 1;
        self.log.note("seen").await;
    }

    // this one surely does not
    pub async fn keep(&self) {
        let mut seen = self.seen.lock().unwrap();
        *seen += 1;
        self.memory.note("seen").await;
    }
}

impl Hall {
    // no sink for words ever waits: a note
    async fn tell(&self, word: &str) {
        for mut one in self.listeners.iter_mut() {
            let listener = one.value_mut();
            let _ = listener.ear.send(Word(word.to_owned())).await;
        }
    }

    // one for numbers does
    async fn count(&self, number: u64) {
        for mut one in self.listeners.iter_mut() {
            let listener = one.value_mut();
            let _ = listener.meter.send(number).await;
        }
    }
}

#[tokio::main]
async fn main() {
    let hall = Hall::default();
    let (door, _) = tokio::sync::mpsc::unbounded_channel();
    let listener = Listener { ear: Box::new(Ready(door)), meter: Box::new(Slow::default()) };
    hall.listeners.insert(1, listener);
    hall.tell("hello").await;
    hall.count(1).await;
}
