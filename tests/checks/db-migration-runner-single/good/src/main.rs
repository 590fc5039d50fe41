fn main() {
    let conn = &mut connect();
    // partitions are made at run time
    diesel::sql_query(format!("CREATE TABLE {name} PARTITION OF events FOR VALUES IN (1)")).execute(conn);
    conn.batch_execute("CREATE TABLE events_2024 PARTITION OF events FOR VALUES IN (2)");
    conn.batch_execute("CREATE TEMPORARY TABLE upload (line text)");
}
