SPARE = ["CREATE INDEX idx_rooms_spare ON rooms (spare)"]
