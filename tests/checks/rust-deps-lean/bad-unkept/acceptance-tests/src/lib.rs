use async_std::fs::File;
use tempdir::TempDir;

pub async fn scratch() -> (TempDir, File) {
    let folder = TempDir::new("meters").unwrap();
    let file = File::create(folder.path().join("readings.csv")).await.unwrap();
    (folder, file)
}
