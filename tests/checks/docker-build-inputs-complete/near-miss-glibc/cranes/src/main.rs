use std::process::Command;

fn main() {
    Command::new("gpsd").status().expect("gpsd");
}
