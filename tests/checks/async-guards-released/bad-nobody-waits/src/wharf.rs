use dashmap::DashMap;

#[derive(Default)]
pub struct Wharf {
    berths: DashMap<u32, String>,
    cranes: DashMap<u32, String>,
}

impl Wharf {
    pub async fn call(&self, berth: u32) {
        if let Some(name) = self.berths.get(&berth) {
            let _ = tokio::fs::write("berth", name.value()).await;
        }
        if let Some(name) = self.cranes.get(&berth) {
            let _ = tokio::fs::write("crane", name.value()).await;
        }
    }

    pub fn leave(&self, berth: u32) {
        self.berths.remove(&berth);
    }

    // Whoever is given the map may write to it.
    pub fn cranes(&self) -> &DashMap<u32, String> {
        &self.cranes
    }
}
