pub trait Kept {
    fn place(&self) -> String;
}

pub struct Berth {
    pub name: String,
}

pub struct Tariff {
    pub per_metre: u32,
}

impl Kept for Berth {
    fn place(&self) -> String {
        format!("berths/{}", self.name)
    }
}

// There is one of them: where it lies is known without asking it.
impl Kept for Tariff {
    fn place(&self) -> String {
        unimplemented!()
    }
}

pub fn put(one: &dyn Kept) -> String {
    one.place()
}
