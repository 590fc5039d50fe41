CREATE TABLE keepers (
    id bigserial PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE birds (
    id bigserial PRIMARY KEY,
    keeper_id bigint NOT NULL REFERENCES keepers (id) ON DELETE CASCADE,
    found_by bigint REFERENCES keepers (id) ON DELETE SET NULL
);

CREATE TABLE nests (
    id bigserial PRIMARY KEY,
    bird_id bigint NOT NULL REFERENCES birds (id) ON DELETE CASCADE
);
