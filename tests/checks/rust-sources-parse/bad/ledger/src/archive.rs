pub fn years() -> u32 {
    7
}
