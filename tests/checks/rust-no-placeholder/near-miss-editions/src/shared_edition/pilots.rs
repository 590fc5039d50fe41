use crate::Tugs;

impl Tugs {
    pub fn notify_pilots(&self, harbour: &str) -> Result<(), String> {
        std::net::TcpStream::connect(harbour).map(|_| ()).map_err(|error| error.to_string())
    }
}
