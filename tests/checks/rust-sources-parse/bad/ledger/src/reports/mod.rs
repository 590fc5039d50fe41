pub fn monthly() {}
