pub const NAME: &str = "x";
