pub fn level() -> u8 { 4 }
