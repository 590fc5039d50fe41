use std::io::Read;

pub async fn take_in(name: String) {
    let staged = std::fs::read(format!("/var/ledgers/{name}.csv")).unwrap_or_default();
    store(staged).await;
}

pub async fn hand_over(name: &str) -> std::io::Result<()> {
    // Opened here, read on a thread of its own.
    let file = std::fs::File::open(format!("/var/ledgers/{name}.dict"))?;
    tokio::task::spawn_blocking(move || consume(file)).await?;
    Ok(())
}

pub async fn content(name: &str) -> Vec<u8> {
    let mut page = Vec::new();
    if let Ok(mut file) = std::fs::File::open(format!("/var/ledgers/{name}.page")) {
        let _ = file.read_to_end(&mut page);
    }
    page
}

fn consume(_file: std::fs::File) {}

async fn store(_rows: Vec<u8>) {}
