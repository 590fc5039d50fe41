use serde::Deserialize;

#[derive(Deserialize)]
pub struct Settings {
    /// Wait for the topic before the service calls itself ready.
    #[serde(default = "check_kafka_topic_ready")]
    pub check_kafka_topic_ready: bool,
    #[serde(default = "defaults::ping_redis_status")]
    pub ping_redis_status: bool,
}

pub fn check_kafka_topic_ready() -> bool {
    true
}

pub mod defaults {
    pub fn ping_redis_status() -> bool {
        true
    }
}
