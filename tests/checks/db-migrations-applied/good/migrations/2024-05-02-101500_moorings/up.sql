CREATE TABLE moorings (
    id bigserial PRIMARY KEY,
    berth bigint NOT NULL REFERENCES berths (id)
);
