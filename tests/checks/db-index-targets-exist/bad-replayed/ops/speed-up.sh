#!/usr/bin/env bash
set -euo pipefail

psql "$DATABASE_URL" <<'SQL'
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_rooms_storey ON rooms (storey);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_rooms_floor ON rooms (floor, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_reservations_room ON reservations (room_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_bookings_room ON bookings (room_id);
SQL
