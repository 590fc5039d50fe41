CREATE TABLE berths (
    id bigserial PRIMARY KEY,
    name text NOT NULL
);
