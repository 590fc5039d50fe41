use tokio::task::JoinSet;

pub struct Sweeper;

impl Sweeper {
    /// Nothing is known to call it: a hint.
    pub async fn sweep(&self, parcels: Vec<u64>) {
        let mut set = JoinSet::new();
        parcels.iter().for_each(|parcel| {
            let parcel = *parcel;
            set.spawn(async move { parcel });
        });
        set.shutdown().await;
    }
}
