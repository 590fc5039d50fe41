import psycopg


def add(connection: psycopg.Connection, table: str) -> None:
    connection.execute(f"CREATE INDEX {table}_at ON {table} (created_at)")
    connection.execute("CREATE INDEX %s_at ON %s (created_at)" % (table, table))
    connection.execute("CREATE TABLE IF NOT EXISTS holds (id int, until timestamptz)")
    connection.execute("CREATE INDEX holds_until ON holds (until)")
