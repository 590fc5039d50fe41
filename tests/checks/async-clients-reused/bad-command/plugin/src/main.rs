mod ops;

use clap::Parser;

#[derive(Parser)]
enum Command {
    Remove { url: String },
    Status { url: String },
}

#[actix_web::main]
async fn main() {
    match Command::parse() {
        Command::Remove { url } => ops::remove::init(&url).await,
        Command::Status { url } => ops::status::init(&url).await,
    }
}
