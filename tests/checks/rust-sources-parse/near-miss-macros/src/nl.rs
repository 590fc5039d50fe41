pub const CODE: u16 = 31;
