fn main() { let _hub = octocrab::Octocrab::default(); }
