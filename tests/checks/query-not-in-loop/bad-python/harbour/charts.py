"""The chart store: a file of its own beside the database."""

import sqlite3


def tiles(path, names):
    chart = sqlite3.connect(path)
    cursor = chart.cursor()
    return [cursor.execute("SELECT tile FROM charts WHERE name = ?", (name,)) for name in names]
