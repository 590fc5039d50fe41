use std::fs;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

pub async fn quote() -> String {
    let mut tries = 0;
    while tries < 3 {
        thread::sleep(Duration::from_millis(200));
        tries += 1;
    }
    let tariff = fs::read_to_string("tariff.json").unwrap_or_default();
    tariff
}

pub async fn label() -> Vec<u8> {
    let output = Command::new("zint").arg("--direct").output().expect("zint");
    let logo = image::load_from_memory(&output.stdout).unwrap();
    logo.into_bytes()
}

pub async fn never_routed(url: String) -> String {
    let rates = reqwest::blocking::get(&url).unwrap().text().unwrap();
    let (sender, receiver) = mpsc::channel();
    sender.send(rates).unwrap();
    receiver.recv().unwrap()
}

/// A trait's method that returns a future.
pub fn nightly() -> std::pin::Pin<Box<dyn std::future::Future<Output = ()> + Send>> {
    Box::pin(async move {
        let handle = tokio::runtime::Handle::current();
        handle.block_on(async { tokio::time::sleep(Duration::from_secs(1)).await });
    })
}

/// A task of its own, on a worker like any other.
pub async fn poll() {
    loop {
        quote().await;
        thread::sleep(Duration::from_secs(30));
    }
}
