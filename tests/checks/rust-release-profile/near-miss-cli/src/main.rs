use hyper::client::conn::http1;

fn main() {
    let _ = http1::Builder::new();
}
