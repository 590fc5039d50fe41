pub fn winter_rate(nights: u32) -> u32 {
    nights * 40
}
