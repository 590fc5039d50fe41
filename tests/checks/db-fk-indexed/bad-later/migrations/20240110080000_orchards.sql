CREATE TABLE orchards (
    id bigserial PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE trees (
    id bigserial PRIMARY KEY,
    orchard_id bigint NOT NULL,
    CONSTRAINT trees_orchard_fkey FOREIGN KEY (orchard_id) REFERENCES orchards (id) ON DELETE RESTRICT
);

CREATE TABLE hives (
    id bigserial PRIMARY KEY,
    orchard_id bigint REFERENCES orchards (id)
);
