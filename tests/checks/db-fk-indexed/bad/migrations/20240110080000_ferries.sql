-- Who sails where, and who booked.
CREATE TABLE ports (
    id bigserial PRIMARY KEY,
    code text NOT NULL UNIQUE,
    removed_at timestamptz
);

CREATE TABLE ships (
    id bigserial PRIMARY KEY,
    home_port_id bigint NOT NULL REFERENCES ports (id)
);
CREATE INDEX ships_port_ci ON ships ((home_port_id::text));

CREATE TABLE sailings (
    line_id bigint NOT NULL,
    number integer NOT NULL,
    ship_id bigint REFERENCES ships ON DELETE SET NULL,
    from_port bigint NOT NULL,
    to_port bigint NOT NULL,
    departs_at timestamptz NOT NULL,
    PRIMARY KEY (line_id, number)
);
-- Only of those that still sail: no help when a ship goes.
CREATE INDEX sailings_ship ON sailings (ship_id) WHERE departs_at IS NOT NULL;

CREATE TABLE bookings (
    id uuid PRIMARY KEY,
    line_id bigint NOT NULL,
    number integer NOT NULL,
    guest text NOT NULL,
    CONSTRAINT bookings_sailing_fk FOREIGN KEY (line_id, number)
        REFERENCES sailings (line_id, number) ON DELETE CASCADE
);
-- The second column comes too late.
CREATE INDEX bookings_line_guest ON bookings (line_id, guest, number);
