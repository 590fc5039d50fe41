pub fn print(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("nothing to print".to_string());
    }
    Ok done(())
}
