CREATE TABLE ports (id bigserial PRIMARY KEY, code text NOT NULL UNIQUE);
CREATE TABLE ships (
    id bigserial PRIMARY KEY,
    home_port_id bigint NOT NULL REFERENCES ports (id) ON DELETE CASCADE
);
CREATE INDEX ships_home ON ships (home_port_id, id DESC);
