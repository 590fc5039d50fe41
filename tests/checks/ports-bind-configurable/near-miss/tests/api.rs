#[test]
fn starts() {
    std::net::TcpListener::bind("127.0.0.1:6200").unwrap();
}
