use diesel::prelude::*;

#[test]
fn stores() {
    let conn = &mut connect();
    for name in names() {
        diesel::insert_into(beacons::table).values(NewBeacon { name }).execute(conn).unwrap();
    }
}
