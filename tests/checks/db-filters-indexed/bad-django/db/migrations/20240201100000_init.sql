-- migrate:up
CREATE TABLE kennels (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE stays (
    id bigserial PRIMARY KEY,
    kennel_id bigint NOT NULL REFERENCES kennels (id),
    chip_number text NOT NULL,
    arrived_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stays_arrived ON stays (arrived_at);

-- migrate:down
DROP TABLE stays;
DROP TABLE kennels;
