pub fn toll(weight: u64) -> u64 { weight * 3 }
