CREATE TABLE bookings (
    id BIGSERIAL PRIMARY KEY,
    guest_id BIGINT NOT NULL,
    code TEXT NOT NULL UNIQUE
);
CREATE INDEX bookings_guest ON bookings (guest_id);
