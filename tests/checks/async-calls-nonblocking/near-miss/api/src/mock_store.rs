/// Stands in for the object store where people develop.
pub async fn keep() -> &'static str {
    std::fs::write("mock/object", b"content").unwrap();
    "kept"
}
