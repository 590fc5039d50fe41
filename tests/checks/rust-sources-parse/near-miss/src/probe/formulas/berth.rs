pub fn berth(length: u64) -> u64 { length / 2 }
