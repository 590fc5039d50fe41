"""Indexes of the reports, kept here for the night job."""

INDEXES = [
    "CREATE INDEX idx_scans_at ON scans (scanned_at)",
    "CREATE INDEX idx_scans_depot ON scans (depot_id)",
    "CREATE INDEX idx_scans_route ON scans (route_id)",
]


def tune(connection):
    for statement in INDEXES:
        connection.execute(statement)
