use parking_lot::RwLock;
use tokio::time::{sleep, Duration};

static LAST: RwLock<Vec<f64>> = RwLock::new(Vec::new());

pub struct Readings {
    window: RwLock<Vec<f64>>,
}

impl Readings {
    pub async fn smooth(&self) -> f64 {
        let window = self.window.read();
        let mut sum = 0.0;
        for value in window.iter() {
            sum += value;
            sleep(Duration::from_millis(1)).await;
        }
        tokio::task::yield_now().await;
        sum / window.len() as f64
    }

    pub fn background(&'static self) {
        tokio::spawn(async move {
            let mut window = self.window.write();
            window.clear();
            sleep(Duration::from_secs(1)).await;
        });
    }
}

pub async fn remember(value: f64) {
    let mut last = LAST.write();
    last.push(value);
    sleep(Duration::from_millis(5)).await;
}
