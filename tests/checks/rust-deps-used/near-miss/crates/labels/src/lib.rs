pub fn print(code: &str) -> String {
    format!("[{code}]")
}
