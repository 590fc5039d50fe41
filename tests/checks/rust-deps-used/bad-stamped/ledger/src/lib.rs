pub fn entries() -> u32 {
    3
}
