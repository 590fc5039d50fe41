CREATE TYPE vessel_kind AS ENUM ('ferry', 'trawler');
CREATE TABLE vessels (
    id BIGSERIAL PRIMARY KEY,
    name TEXT NOT NULL,
    kind vessel_kind NOT NULL,
    length_m NUMERIC(6, 2),
    flags TEXT[] NOT NULL DEFAULT '{}',
    built DATE,
    seen_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
