pub fn surcharge(nights: u32) -> u32 {
    nights / 7
}
