import psycopg


def load(dsn, readings):
    with psycopg.connect(dsn) as conn, conn.cursor() as cur:
        for reading in readings:
            cur.execute(
                "INSERT INTO tides (at, level) VALUES (%s, %s)",
                (reading.at, reading.level),
            )
