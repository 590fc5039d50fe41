"""Indexes the calendar needs."""

STATEMENTS = [
    "CREATE INDEX IF NOT EXISTS idx_appointments_day ON appointments (day)",
    (
        "CREATE INDEX idx_appointments_room "
        "ON appointments (room, day DESC) "
        "WHERE cancelled_at IS NULL"
    ),
]
