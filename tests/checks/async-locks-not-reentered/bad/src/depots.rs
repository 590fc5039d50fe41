use std::collections::HashMap;
use std::sync::OnceLock;

use tokio::sync::RwLock;

static DEPOTS: OnceLock<RwLock<HashMap<u32, String>>> = OnceLock::new();
static NAMES: RwLock<Vec<String>> = RwLock::const_new(Vec::new());

pub struct Depots {
    inner: Inner,
}

pub struct Inner {
    names: RwLock<Vec<String>>,
}

impl Inner {
    async fn sorted(&self) -> Vec<String> {
        let mut names = self.names.read().await.clone();
        names.sort();
        names
    }
}

impl Depots {
    pub async fn rename(&self, from: &str, to: &str) -> usize {
        let mut names = self.inner.names.write().await;
        names.retain(|one| one != from);
        names.push(to.to_owned());
        self.inner.sorted().await.len()
    }
}

pub async fn publish(name: &str) {
    let mut names = NAMES.write().await;
    names.push(name.to_owned());
    announce().await;
}

async fn announce() {
    println!("{} depots", NAMES.read().await.len());
}

impl Depots {
    // a variable that is declared first keeps its guard beyond the block that gives it
    pub async fn refresh(&self, stale: usize) -> usize {
        let names;
        {
            names = self.inner.names.read().await;
        }
        if names.len() > stale {
            let mut fresh = self.inner.names.write().await;
            fresh.clear();
        }
        names.len()
    }
}
