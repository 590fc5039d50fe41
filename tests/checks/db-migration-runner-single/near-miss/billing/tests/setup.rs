fn setup(conn: &mut Conn) {
    conn.batch_execute("CREATE TABLE bills_copy (id int)");
}
