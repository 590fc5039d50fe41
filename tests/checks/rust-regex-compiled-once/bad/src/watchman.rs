use std::time::Duration;

use regex::Regex;

/// Counts the old logs; the watchman looks once a night.
fn old_logs(names: &[String]) -> usize {
    let re = Regex::new(r"^log-\d{4}\.txt$").unwrap();
    names.iter().filter(|one| re.is_match(one)).count()
}

pub async fn nights(schedule: cron::Schedule, names: Vec<String>) {
    for night in schedule.upcoming(chrono::Utc) {
        let wait = (night - chrono::Utc::now()).num_seconds() as u64;
        tokio::time::sleep(Duration::from_secs(wait)).await;
        println!("{}", old_logs(&names));
    }
}

pub async fn hours(names: Vec<String>) {
    let mut hour = tokio::time::interval(Duration::from_secs(3600));
    loop {
        hour.tick().await;
        let re = Regex::new(r"^bell-\d+$").unwrap();
        println!("{}", names.iter().any(|one| re.is_match(one)));
    }
}
