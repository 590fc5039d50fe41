//! Reads the scales of the loading bay. Nothing here belongs to the runtime.

use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

pub struct Scales {
    pub name: String,
}

impl Scales {
    /// Looks once, and then all the time from a thread of its own.
    pub fn attach(name: &str, weights: Sender<u32>) -> Scales {
        let _ = weights.send(read(name));
        let port = name.to_owned();
        let again = weights.clone();
        thread::spawn(move || {
            watch_port(&port);
        });
        thread::spawn(move || follow(again));
        Scales { name: name.to_owned() }
    }
}

fn read(name: &str) -> u32 {
    name.len() as u32
}

fn watch_port(port: &str) {
    while read(port) > 0 {
        thread::sleep(Duration::from_secs(5));
    }
}

fn follow(weights: Sender<u32>) {
    loop {
        if weights.send(read("bay")).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}
