use diesel::prelude::*;

// Run once by hand; each row gets a value of its own.
fn main() {
    let conn = &mut connect();
    let beacons = beacons::table.load::<Beacon>(conn).unwrap();
    for (number, beacon) in beacons.iter().enumerate() {
        diesel::update(beacons::table.find(beacon.id))
            .set(beacons::number.eq(number as i32))
            .execute(conn)
            .unwrap();
    }
}
