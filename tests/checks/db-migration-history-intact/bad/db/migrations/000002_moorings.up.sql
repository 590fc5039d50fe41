CREATE TABLE moorings (
    id bigserial PRIMARY KEY,
    berth_id bigint NOT NULL REFERENCES berths (id)
);
