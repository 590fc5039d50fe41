pub fn ask() {
    let _ = redis::Client::open("redis://127.0.0.1");
}
