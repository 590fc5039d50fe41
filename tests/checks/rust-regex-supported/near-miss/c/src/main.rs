mod regex {
    pub struct Regex(pub &'static str);
    impl Regex {
        pub fn new(text: &'static str) -> Option<Self> {
            Some(Self(text))
        }
    }
}
use crate::regex::Regex;

fn main() {
    println!("{}", Regex::new(r"(?=a)").unwrap().0);
}
