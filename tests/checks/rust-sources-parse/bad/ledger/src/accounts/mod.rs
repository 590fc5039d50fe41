pub fn name(id: u32) -> String {
    format!("Account {id}")
}
