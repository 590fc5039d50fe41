CREATE TABLE bookings (
    id             UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    berth_id       UUID NOT NULL REFERENCES berths (id),
    skipper_email  TEXT NOT NULL,
    arrives_on     DATE NOT NULL,
    leaves_on      DATE NOT NULL,
    status         TEXT NOT NULL DEFAULT 'open',
    created_at     TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (leaves_on > arrives_on)
);

CREATE INDEX bookings_berth_arrival_idx ON bookings (berth_id, arrives_on);
CREATE UNIQUE INDEX bookings_open_night_key
    ON bookings (berth_id, arrives_on)
    WHERE status <> 'cancelled';
