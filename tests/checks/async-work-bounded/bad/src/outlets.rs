use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

pub trait Outlet {
    fn put(&self, text: String);
}

pub struct Wire {
    lines: UnboundedSender<String>,
}

impl Outlet for Wire {
    fn put(&self, text: String) {
        self.lines.send(text).unwrap();
    }
}

pub struct Nowhere;

impl Outlet for Nowhere {
    fn put(&self, _: String) {}
}

pub struct Once {
    words: UnboundedSender<String>,
}

impl Once {
    pub fn new() -> (Self, UnboundedReceiver<String>) {
        let (words, receiver) = mpsc::unbounded_channel();
        (Once { words }, receiver)
    }

    pub fn say(&self, word: String) {
        self.words.send(word).unwrap();
    }
}

fn pass(outlet: &impl Outlet, text: String) {
    outlet.put(text);
}

fn repeat(once: &Once, word: String) {
    once.say(word);
}

pub async fn tell(body: String) -> &'static str {
    let (once, _receiver) = Once::new();
    repeat(&once, body.clone());
    pass(&Nowhere, body);
    "told"
}
