pub fn berths() -> u32 {
    12
}
