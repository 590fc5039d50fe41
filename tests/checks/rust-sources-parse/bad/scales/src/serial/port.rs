pub fn read<'a>(text: &'a str, open: char) -> String {
    match open {
        '{' => { format!("{{{text}}}")
        _ => text.to_string(),
    }
}
