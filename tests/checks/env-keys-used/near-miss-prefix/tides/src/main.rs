use launcher::Settings;

#[derive(serde::Deserialize)]
struct Own {
    server: Server,
}

#[derive(serde::Deserialize)]
struct Server {
    addr: String,
}

impl Settings for Own {
    const SERVICE: &'static str = "TIDES";
}

fn main() {
    println!("{}", Own::build().unwrap().server.addr);
}
