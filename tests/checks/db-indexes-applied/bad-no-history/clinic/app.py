import psycopg


def day_view(connection: psycopg.Connection, day: str) -> list[tuple]:
    return connection.execute("SELECT * FROM appointments WHERE day = %s", (day,)).fetchall()
