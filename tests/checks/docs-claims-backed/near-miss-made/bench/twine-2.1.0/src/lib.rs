pub fn twist() {}
