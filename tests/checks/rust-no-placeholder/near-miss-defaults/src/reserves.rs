pub trait Reserves {
    fn estimated_crane_usage(&self) -> u64;
}

pub struct Barge;

impl Reserves for Barge {
    fn estimated_crane_usage(&self) -> u64 {
        // TODO: improve this estimate
        40
    }
}

impl Barge {
    pub fn reserved_slots_count(&self) -> usize {
        // for now the same for all of them
        6
    }
}
