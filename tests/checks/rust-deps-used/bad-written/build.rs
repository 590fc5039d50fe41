fn main() -> std::io::Result<()> {
    let _ = ureq::get("https://example.org/console.zip").call();
    static_files::resource_dir("console").build()
}
