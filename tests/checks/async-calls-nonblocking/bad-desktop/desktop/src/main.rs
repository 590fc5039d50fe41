#[tauri::command]
async fn stop(folder: String) -> Result<(), String> {
    recorder::finish(&folder).await.map_err(|error| error.to_string())
}

fn main() {
    tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![stop])
        .run(tauri::generate_context!())
        .unwrap();
}
