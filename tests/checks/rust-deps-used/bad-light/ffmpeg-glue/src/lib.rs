pub fn frames() -> u32 {
    25
}
