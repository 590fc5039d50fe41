pub struct Shard {
    pub port: u16,
}

/// Another struct with a field of that name.
pub fn shards() -> Vec<Shard> {
    vec![Shard { port: 5432 }, Shard { port: 5433 }]
}
