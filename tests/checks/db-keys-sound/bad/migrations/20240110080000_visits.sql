CREATE TABLE guests (
    id bigserial PRIMARY KEY,
    mail text NOT NULL
);
CREATE TABLE rooms (id integer PRIMARY KEY, guest_id bigint);
CREATE TABLE visits (
    guest_id integer REFERENCES guests (id),
    room_id integer NOT NULL REFERENCES rooms (id) ON DELETE SET NULL,
    began_on date
);
CREATE TABLE prices (
    room_id integer NOT NULL,
    year integer NOT NULL,
    UNIQUE (room_id, year)
);
