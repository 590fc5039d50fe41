CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_rooms_owner ON rooms (owner_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_rooms_house ON rooms (house_id);
