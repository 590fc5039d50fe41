pub fn name(id: u32) -> String {
    format!("account {id}")
}
