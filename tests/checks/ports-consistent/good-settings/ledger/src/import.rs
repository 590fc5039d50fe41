/// Reads rows, not settings.
pub fn rows(text: &str) -> usize {
    csv::Reader::from_reader(text.as_bytes()).records().count()
}
