mod frost;

pub fn winter_rate(nights: u32) -> u32 {
    nights * 40 + frost::surcharge(nights)
}
