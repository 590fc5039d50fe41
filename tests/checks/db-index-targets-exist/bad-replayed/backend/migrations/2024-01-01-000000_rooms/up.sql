CREATE TABLE rooms (id BIGSERIAL PRIMARY KEY, floor INTEGER NOT NULL, old_price NUMERIC);
CREATE INDEX rooms_floor ON rooms (floor);
CREATE TABLE reservations (id BIGSERIAL PRIMARY KEY, room_id BIGINT NOT NULL REFERENCES rooms (id));
