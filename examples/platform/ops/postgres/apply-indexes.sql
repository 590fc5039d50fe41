-- Indexes for the season report. Run by hand after a restore:
--   psql "$DATABASE_URL" -f ops/postgres/apply-indexes.sql
CREATE INDEX CONCURRENTLY IF NOT EXISTS bookings_skipper_idx
    ON bookings (lower(skipper_email));

CREATE INDEX CONCURRENTLY IF NOT EXISTS reservations_status_idx
    ON reservations (status, arrives_on);
