use diesel::prelude::*;

#[tokio::main]
async fn main() {
    let mut conn = SqliteConnection::establish("import.db").expect("database");
    for line in std::io::stdin().lines().map_while(Result::ok) {
        store(&mut conn, &line).await;
    }
}

struct Importer {
    conn: SqliteConnection,
}

impl Importer {
    pub async fn store(&mut self, line: &str) -> usize {
        diesel::sql_query("insert into lines values (?)")
            .bind::<diesel::sql_types::Text, _>(line)
            .execute(&mut self.conn)
            .unwrap_or(0)
    }
}

async fn store(_conn: &mut SqliteConnection, _line: &str) {}
