pub const ZONES: [&str; 2] = ["north", "harbour"];
