use axum::extract::State;
use tokio::sync::mpsc::{self, UnboundedSender};

#[derive(Clone)]
pub struct Queue {
    events: UnboundedSender<String>,
}

pub fn queue() -> (Queue, mpsc::UnboundedReceiver<String>) {
    let (events, receiver) = mpsc::unbounded_channel();
    (Queue { events }, receiver)
}

pub async fn event(State(queue): State<Queue>, body: String) -> &'static str {
    queue.events.send(body).unwrap();
    "queued"
}
