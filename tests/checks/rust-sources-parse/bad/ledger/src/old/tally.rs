pub fn tally() {}
